using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Azure.Functions.Worker;
using Mlops.Serving;
using Mlops.Storage;
using Mlops.Training;

namespace Mlops.Api.Operations;

/// <summary>Whether a probe is content, and with what.</summary>
/// <param name="Status"><c>ok</c> or <c>failing</c>.</param>
/// <param name="Checks">What was looked at; readiness only.</param>
public sealed record Health(string Status, IReadOnlyDictionary<string, string>? Checks = null);

/// <summary>What is running here.</summary>
public sealed record ServiceInfo(string Name, string Version, string Runtime, string Platform);

/// <summary>What an operator and a load balancer ask.</summary>
public sealed class HealthFunctions(ITableStore tables, EndpointRouter router)
{
    private static readonly TimeSpan StorageLimit = TimeSpan.FromSeconds(2);

    /// <summary>The process answers. Says nothing of what it depends on, so that an outage elsewhere does not restart it.</summary>
    [Function("Healthz")]
    public static Ok<Health> Live(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "healthz")] HttpRequest request) => TypedResults.Ok(new Health("ok"));

    /// <summary>Storage answers and every known endpoint has its model loaded; 503 until then.</summary>
    [Function("Readyz")]
    public async Task<Results<Ok<Health>, JsonHttpResult<Health>>> ReadyAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "readyz")] HttpRequest request, CancellationToken cancellationToken)
    {
        var storage = await StorageAnswersAsync(cancellationToken);
        var waiting = router.Health
            .Where(endpoint => endpoint.Status is EndpointStatus.Unavailable)
            .Select(endpoint => endpoint.Name.Value)
            .ToList();
        var checks = new Dictionary<string, string>
        {
            ["storage"] = storage ? "ok" : "no answer",
            ["endpoints"] = !router.HasStarted ? "models are being loaded"
                : waiting.Count is 0 ? "ok" : $"no model loaded for {string.Join(", ", waiting)}",
        };
        return storage && router.HasStarted && waiting.Count is 0
            ? TypedResults.Ok(new Health("ok", checks))
            : TypedResults.Json(new Health("failing", checks), statusCode: StatusCodes.Status503ServiceUnavailable);
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

    private async Task<bool> StorageAnswersAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(StorageLimit);
        try
        {
            await tables.FindAsync(new TableKey("default:health", "probe"), limit.Token);
            return true;
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            // Whatever keeps storage from answering, too late or not at all, is what this probe is asked about.
            return false;
        }
    }
}
