using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Azure.Functions.Worker;
using Mlops.Explanations;
using Mlops.Http;
using Mlops.Http.Telemetry;
using Mlops.Serving;

namespace Mlops.Api.Serving;

/// <summary>The endpoints that there are.</summary>
public sealed record V1Models(IReadOnlyList<string> Models);

/// <param name="Ready">Whether its model is loaded.</param>
public sealed record V1Model(string Name, bool Ready);

/// <param name="Predictions">Labels or numbers, in the order of the instances.</param>
/// <param name="Explanations">Of each instance, by output.</param>
public sealed record V1Explanation(JsonElement Predictions, IReadOnlyList<IReadOnlyList<OutputExplanation>> Explanations);

/// <summary>Version 1 of KServe's protocol; its models are endpoints here.</summary>
public sealed class V1Functions(PredictionEdge edge, ExplanationEdge explanations, EndpointRouter router)
{
    private static readonly string[] MediaTypes = ["application/json"];

    [Function("V1Models")]
    public async Task<Ok<V1Models>> ListAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "v1/models")] HttpRequest request, CancellationToken cancellationToken)
    {
        var names = await router.NamesAsync(request.Caller().Tenant, cancellationToken);
        return TypedResults.Ok(new V1Models([.. names.Select(name => name.Value).Order(StringComparer.Ordinal)]));
    }

    [Function("V1Model")]
    public async Task<Ok<V1Model>> GetAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "v1/models/{name}")] HttpRequest request,
        string name,
        CancellationToken cancellationToken)
    {
        var outcome = await router.AcquireAsync(request.Caller().Tenant, EndpointRequests.Name(name), cancellationToken);
        if (outcome is RouteOutcome.UnknownEndpoint)
        {
            throw new ProblemException(StatusCodes.Status404NotFound, EndpointRequests.NoEndpoint(name), []);
        }

        using var lease = (outcome as RouteOutcome.Ready)?.Lease;
        return TypedResults.Ok(new V1Model(name, lease is not null));
    }

    /// <summary>Scores <c>{"instances": […]}</c>.</summary>
    [Function("V1Predict")]
    [TracedOnDemand]
    public Task<IResult> PredictAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "v1/models/{name}:predict")] HttpRequest request,
        string name,
        CancellationToken cancellationToken) =>
        edge.AnswerAsync(request, EndpointRequests.Name(name), null, V1Dialect.Instance, MediaTypes, cancellationToken);

    /// <summary>Scores the same and says what each feature adds.</summary>
    [Function("V1Explain")]
    public Task<IResult> ExplainAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "v1/models/{name}:explain")] HttpRequest request,
        string name,
        CancellationToken cancellationToken) =>
        edge.AnswerAsync(
            request,
            EndpointRequests.Name(name),
            null,
            V1Dialect.Instance,
            MediaTypes,
            async (answer, body) =>
            {
                using (answer)
                {
                    var version = answer.Model.Version;
                    var found = await explanations.ExplainAsync(
                        request.Caller().Tenant, version, body, RequestForm.V1, new ExplanationOptions(), cancellationToken);
                    PredictionResult.SetHeaders(request.HttpContext.Response, answer);
                    return TypedResults.Ok(new V1Explanation(Predictions(answer), found.Explanations));
                }
            },
            cancellationToken);

    private static JsonElement Predictions(PredictionAnswer answer)
    {
        var json = new ArrayBufferWriter<byte>();
        answer.Write(json);
        using var document = JsonDocument.Parse(json.WrittenMemory);
        return document.RootElement.GetProperty("predictions").Clone();
    }
}
