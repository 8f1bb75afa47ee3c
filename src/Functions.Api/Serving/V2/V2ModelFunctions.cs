using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Azure.Functions.Worker;
using Mlops.Http;
using Mlops.Http.Telemetry;
using Mlops.Serving;

namespace Mlops.Api.Serving.V2;

/// <summary>The models that there are.</summary>
public sealed record V2Models(IReadOnlyList<string> Models);

/// <summary>Whether a model answers.</summary>
public sealed record V2ModelReady(string Name, bool Ready);

/// <summary>What a model takes and gives.</summary>
/// <param name="Name">Of the endpoint.</param>
/// <param name="Versions">The version that this is about.</param>
public sealed record V2ModelDescription(
    string Name, IReadOnlyList<string> Versions, string Platform, IReadOnlyList<V2Tensor> Inputs, IReadOnlyList<V2Tensor> Outputs);

/// <summary>Models of the Open Inference Protocol: each endpoint is one, and its versions are those of its first arm's model.</summary>
public sealed class V2ModelFunctions(EndpointStore endpoints, EndpointRouter router, PredictionEdge edge)
{
    /// <summary>Some clients of the protocol do not say what they send.</summary>
    private static readonly string[] MediaTypes = ["application/json", "application/octet-stream", ""];

    [Function("V2Models")]
    public async Task<Ok<V2Models>> ListAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "v2/models")] HttpRequest request, CancellationToken cancellationToken)
    {
        var all = await endpoints.AllAsync(request.Caller().Tenant, cancellationToken);
        return TypedResults.Ok(new V2Models([.. all.Select(endpoint => endpoint.Name.Value)]));
    }

    [Function("V2Model")]
    public Task<IResult> DescribeAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "v2/models/{name}")] HttpRequest request,
        string name,
        CancellationToken cancellationToken) => DescribeAsync(request, name, null, cancellationToken);

    [Function("V2ModelVersion")]
    public Task<IResult> DescribeVersionAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "v2/models/{name}/versions/{number:int}")] HttpRequest request,
        string name,
        int number,
        CancellationToken cancellationToken) => DescribeAsync(request, name, number, cancellationToken);

    [Function("V2ModelReady")]
    public Task<IResult> ReadyAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "v2/models/{name}/ready")] HttpRequest request,
        string name,
        CancellationToken cancellationToken) => ReadyAsync(request, name, null, cancellationToken);

    [Function("V2ModelVersionReady")]
    public Task<IResult> VersionReadyAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "v2/models/{name}/versions/{number:int}/ready")] HttpRequest request,
        string name,
        int number,
        CancellationToken cancellationToken) => ReadyAsync(request, name, number, cancellationToken);

    [Function("V2Infer")]
    [TracedOnDemand]
    public Task<IResult> InferAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "v2/models/{name}/infer")] HttpRequest request,
        string name,
        CancellationToken cancellationToken) =>
        edge.AnswerAsync(request, V2Route.Name(name), null, V2Dialect.Instance, MediaTypes, cancellationToken);

    [Function("V2InferVersion")]
    [TracedOnDemand]
    public Task<IResult> InferVersionAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "v2/models/{name}/versions/{number:int}/infer")] HttpRequest request,
        string name,
        int number,
        CancellationToken cancellationToken) =>
        edge.AnswerAsync(request, V2Route.Name(name), number, V2Dialect.Instance, MediaTypes, cancellationToken);

    private async Task<IResult> DescribeAsync(HttpRequest request, string name, int? number, CancellationToken cancellationToken)
    {
        var endpoint = V2Route.Name(name);
        var outcome = await router.AcquireAsync(request, endpoint, number, cancellationToken);
        if (outcome is not RouteOutcome.Ready(var lease))
        {
            return V2Route.Refusal(request, outcome, endpoint, number);
        }

        using (lease)
        {
            var (inputs, outputs) = V2Dialect.Describe(lease.Model);
            var version = lease.Model.Version.Number.ToString(CultureInfo.InvariantCulture);
            return TypedResults.Ok(new V2ModelDescription(name, [version], "onnx_onnxv1", inputs, outputs));
        }
    }

    /// <remarks>A model that is not in memory yet is loaded, so that what is said to be ready is warm.</remarks>
    private async Task<IResult> ReadyAsync(HttpRequest request, string name, int? number, CancellationToken cancellationToken)
    {
        var endpoint = V2Route.Name(name);
        switch (await router.AcquireAsync(request, endpoint, number, cancellationToken))
        {
            case RouteOutcome.Ready(var lease):
                lease.Dispose();
                return TypedResults.Ok(new V2ModelReady(name, Ready: true));
            case RouteOutcome.Unavailable:
                return TypedResults.Json(new V2ModelReady(name, Ready: false), statusCode: StatusCodes.Status503ServiceUnavailable);
            case var unknown:
                return V2Route.Refusal(request, unknown, endpoint, number);
        }
    }
}
