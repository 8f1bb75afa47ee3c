using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Azure.Functions.Worker;
using Mlops.Training;

namespace Mlops.Api.Operations;

/// <summary>Whether a probe is content, and with what.</summary>
/// <param name="Status"><c>ok</c> or <c>failing</c>.</param>
/// <param name="Checks">What was looked at; readiness only.</param>
public sealed record Health(string Status, IReadOnlyDictionary<string, string>? Checks = null)
{
    public const string Ok = "ok";
}

/// <summary>What is running here.</summary>
public sealed record ServiceInfo(string Name, string Version, string Runtime, string Platform);

/// <summary>What an operator and a load balancer ask.</summary>
public sealed class HealthFunctions(Readiness readiness)
{
    /// <summary>The process answers. Says nothing of what it depends on, so that an outage elsewhere does not restart it.</summary>
    [Function("Healthz")]
    public static Ok<Health> Live(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "healthz")] HttpRequest request) => TypedResults.Ok(new Health(Health.Ok));

    /// <summary>Storage answers and every known endpoint has its model loaded; 503 until then.</summary>
    [Function("Readyz")]
    public async Task<Results<Ok<Health>, JsonHttpResult<Health>>> ReadyAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "readyz")] HttpRequest request, CancellationToken cancellationToken)
    {
        var health = await readiness.CheckAsync(cancellationToken);
        return health.Status is Health.Ok
            ? TypedResults.Ok(health)
            : TypedResults.Json(health, statusCode: StatusCodes.Status503ServiceUnavailable);
    }

    /// <summary>The same under the name that a service of one model has for it.</summary>
    [Function("Ready")]
    public Task<Results<Ok<Health>, JsonHttpResult<Health>>> ReadyToServeAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "ready")] HttpRequest request, CancellationToken cancellationToken) =>
        ReadyAsync(request, cancellationToken);

    [Function("ServiceInfo")]
    public static Ok<ServiceInfo> Info(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/v1/info")] HttpRequest request) => TypedResults.Ok(
        new ServiceInfo(
            "MlopsFunctions", TrainingRecord.CurrentCodeVersion, TrainingRecord.CurrentRuntime, RuntimeInformation.RuntimeIdentifier));
}
