using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Mlops.Http.Telemetry;
using Mlops.Serving;

namespace Mlops.Api.Serving;

/// <summary>Predictions in the platform's own dialect.</summary>
public sealed class PredictionFunctions(PredictionEdge edge)
{
    private static readonly string[] MediaTypes = ["application/json"];

    /// <summary>Scores <c>{"record": {…}}</c> or <c>{"records": [{…}, …]}</c>.</summary>
    [Function("Predict")]
    [TracedOnDemand]
    public Task<IResult> PredictAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/v1/endpoints/{name}/predict")] HttpRequest request,
        string name,
        CancellationToken cancellationToken) =>
        edge.AnswerAsync(request, EndpointRequests.Name(name), null, NativeDialect.Instance, MediaTypes, cancellationToken);
}
