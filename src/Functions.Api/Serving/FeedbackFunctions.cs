using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Azure.Functions.Worker;
using Mlops.Http;
using Mlops.Serving;

namespace Mlops.Api.Serving;

/// <summary>What became known of predictions.</summary>
public sealed class FeedbackFunctions(
    EndpointStore endpoints, PredictionLogReader log, FeedbackStore feedback, TimeProvider time)
{
    /// <summary>Records labels and rewards; all that are sent, or none if one is wrong.</summary>
    [Function("RecordFeedback")]
    public async Task<Results<Ok<FeedbackReceipt>, ProblemHttpResult>> RecordAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/v1/endpoints/{name}/feedback")] HttpRequest request,
        string name,
        CancellationToken cancellationToken)
    {
        var (tenant, endpoint) = (request.Caller().Tenant, EndpointRequests.Name(name));
        var told = FeedbackRequests.Read(await Incoming.BodyAsync<FeedbackRequest>(request, cancellationToken), time.GetUtcNow());
        if (await endpoints.FindAsync(tenant, endpoint, cancellationToken) is null
            && !await log.HasAnyAsync(tenant, endpoint, cancellationToken))
        {
            return Problems.NotFound(EndpointRequests.NoEndpoint(name));
        }

        await feedback.RecordAsync(tenant, endpoint, told, cancellationToken);
        return TypedResults.Ok(new FeedbackReceipt(told.Count));
    }
}
