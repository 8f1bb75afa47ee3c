using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Net.Http.Headers;
using Mlops.Http;
using Mlops.Http.Telemetry;
using Mlops.Serving;
using Mlops.Training;

namespace Mlops.Api.Serving;

/// <summary>What MLflow's scoring server offers, for every endpoint.</summary>
public sealed class MlflowFunctions(PredictionEdge edge, RootEndpoint root, EndpointRouter router)
{
    private static readonly string[] MediaTypes = ["application/json", "text/csv"];

    /// <summary>Scores a data frame in one of MLflow's forms.</summary>
    [Function("InvokeEndpoint")]
    [TracedOnDemand]
    public Task<IResult> InvokeEndpointAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "endpoints/{name}/invocations")] HttpRequest request,
        string name,
        CancellationToken cancellationToken) => AnswerAsync(request, EndpointRequests.Name(name), cancellationToken);

    /// <summary>The same where the path names no endpoint, as MLflow's clients ask.</summary>
    [Function("Invoke")]
    [TracedOnDemand]
    public async Task<IResult> InvokeAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "invocations")] HttpRequest request, CancellationToken cancellationToken) =>
        await AnswerAsync(request, await root.ChooseAsync(request, cancellationToken), cancellationToken);

    /// <summary>Whether every known endpoint has its model loaded: an empty line, or 404.</summary>
    [Function("Ping")]
    public ContentHttpResult Ping([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "ping")] HttpRequest request) => Readiness();

    /// <summary>The same under its other name.</summary>
    [Function("Health")]
    public ContentHttpResult Health([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "health")] HttpRequest request) => Readiness();

    [Function("Version")]
    public static ContentHttpResult Version([HttpTrigger(AuthorizationLevel.Function, "get", Route = "version")] HttpRequest request) =>
        TypedResults.Text(TrainingRecord.CurrentCodeVersion);

    private ContentHttpResult Readiness() => TypedResults.Text(
        "\n", statusCode: router.IsReady ? StatusCodes.Status200OK : StatusCodes.Status404NotFound);

    private Task<IResult> AnswerAsync(HttpRequest request, EndpointName endpoint, CancellationToken cancellationToken)
    {
        if (MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            && type.Charset is { HasValue: true } charset
            && !charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase))
        {
            throw new ProblemException(
                StatusCodes.Status415UnsupportedMediaType, new FieldError("Content-Type", "expected no charset but utf-8"));
        }

        return edge.AnswerAsync(request, endpoint, null, MlflowDialect.Instance, MediaTypes, cancellationToken);
    }
}
