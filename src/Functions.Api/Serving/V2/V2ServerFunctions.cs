using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Azure.Functions.Worker;
using Mlops.Api.Operations;
using Mlops.Training;

namespace Mlops.Api.Serving.V2;

/// <summary>How the server is doing.</summary>
/// <param name="Ready">Of the question for readiness only.</param>
public sealed record V2ServerHealth(bool Live, bool? Ready = null);

/// <summary>What the server is.</summary>
/// <param name="Extensions">What it does beyond the protocol's required part.</param>
public sealed record V2Server(string Name, string Version, IReadOnlyList<string> Extensions);

/// <summary>What the Open Inference Protocol asks of a server.</summary>
public sealed class V2ServerFunctions(Readiness readiness)
{
    private static readonly V2Server Server =
        new("MlopsFunctions", TrainingRecord.CurrentCodeVersion, ["binary_tensor_data", "model_repository"]);

    [Function("V2Live")]
    public static Ok<V2ServerHealth> Live(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "v2/health/live")] HttpRequest request) =>
        TypedResults.Ok(new V2ServerHealth(Live: true));

    /// <summary>Like <c>/readyz</c>: 503 until every endpoint has its models warm.</summary>
    [Function("V2Ready")]
    public async Task<JsonHttpResult<V2ServerHealth>> ReadyAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "v2/health/ready")] HttpRequest request, CancellationToken cancellationToken)
    {
        var isReady = (await readiness.CheckAsync(cancellationToken)).Status is Health.Ok;
        return TypedResults.Json(
            new V2ServerHealth(Live: true, isReady),
            statusCode: isReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }

    [Function("V2Server")]
    public static Ok<V2Server> Describe(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "v2")] HttpRequest request) => TypedResults.Ok(Server);
}
