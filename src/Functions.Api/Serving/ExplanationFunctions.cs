using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Azure.Functions.Worker;
using Mlops.Api.Registry;
using Mlops.Http;
using Mlops.Registry;
using Mlops.Serving;

namespace Mlops.Api.Serving;

/// <summary>Explanations of predictions.</summary>
public sealed class ExplanationFunctions(EndpointRouter router, ModelStore models, ExplanationEdge explanations)
{
    private static readonly string[] MediaTypes = ["application/json"];

    /// <summary>Explains what a version predicts for records.</summary>
    [Function("ExplainModelVersion")]
    public async Task<Results<Ok<ExplanationView>, ProblemHttpResult>> ExplainVersionAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/v1/models/{name}/versions/{number:int}/explain")]
        HttpRequest request,
        string name,
        int number,
        CancellationToken cancellationToken)
    {
        var options = ExplanationEdge.Options(request);
        using var body = await PredictionBody.ReadAsync(request, MediaTypes, cancellationToken);
        var tenant = request.Caller().Tenant;
        return await models.FindVersionAsync(tenant, RegistryRoute.Model(name), number, cancellationToken) is { } version
            ? TypedResults.Ok(await explanations.ExplainAsync(tenant, version, body, RequestForm.Native, options, cancellationToken))
            : Problems.NotFound(RegistryRoute.NoVersion(name, number));
    }

    /// <summary>Explains what an endpoint predicts for records.</summary>
    [Function("Explain")]
    public async Task<Results<Ok<ExplanationView>, ProblemHttpResult>> ExplainAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/v1/endpoints/{name}/explain")] HttpRequest request,
        string name,
        CancellationToken cancellationToken)
    {
        var endpoint = EndpointRequests.Name(name);
        var options = ExplanationEdge.Options(request);
        using var body = await PredictionBody.ReadAsync(request, MediaTypes, cancellationToken);
        var tenant = request.Caller().Tenant;
        switch (await router.AcquireAsync(tenant, endpoint, cancellationToken))
        {
            case RouteOutcome.Ready(var lease):
                using (lease)
                {
                    return TypedResults.Ok(await explanations.ExplainAsync(
                        tenant, lease.Model.Version, body, RequestForm.Native, options, cancellationToken));
                }

            case RouteOutcome.UnknownEndpoint:
                return Problems.NotFound(EndpointRequests.NoEndpoint(name));
            case RouteOutcome.Unavailable(var reason):
                request.HttpContext.Response.Headers.RetryAfter = "1";
                return Problems.Of(StatusCodes.Status503ServiceUnavailable, reason);
            default:
                throw new UnreachableException();
        }
    }
}
