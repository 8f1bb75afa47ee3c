using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Azure.Functions.Worker;
using Mlops.Http.Telemetry;
using Mlops.Serving;

namespace Mlops.Api.Serving;

/// <summary>What can be asked here.</summary>
public sealed record ServiceDocument(string Name, string Description, IReadOnlyDictionary<string, string> Links);

/// <summary>One prediction with nothing to learn first.</summary>
public sealed class SimpleFunctions(PredictionEdge edge, RootEndpoint root)
{
    private static readonly string[] MediaTypes = ["application/json"];

    private static readonly ServiceDocument Document = new(
        "MlopsFunctions",
        "Trains, keeps and serves models.",
        new Dictionary<string, string>
        {
            ["predict"] = "/predict",
            ["invocations"] = "/invocations",
            ["models"] = "/v1/models",
            ["endpoints"] = "/api/v1/endpoints",
            ["health"] = "/health",
            ["ready"] = "/ready",
            ["metrics"] = "/metrics",
            ["description"] = "/openapi.json",
        });

    /// <summary>Scores <c>{"features": …}</c> or <c>{"text": "…"}</c>.</summary>
    [Function("PredictOne")]
    [TracedOnDemand]
    public async Task<IResult> PredictAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "predict")] HttpRequest request, CancellationToken cancellationToken) =>
        await edge.AnswerAsync(
            request, await root.ChooseAsync(request, cancellationToken), null, SimpleDialect.Instance, MediaTypes, cancellationToken);

    [Function("ServiceDocument")]
    public static Ok<ServiceDocument> Get([HttpTrigger(AuthorizationLevel.Function, "get", Route = "/")] HttpRequest request) =>
        TypedResults.Ok(Document);
}
