using System.Buffers;
using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Mlops.Http;
using Mlops.Serving;

namespace Mlops.Api.Serving;

/// <summary>Predictions.</summary>
public sealed class PredictionFunctions(EndpointRouter router)
{
    /// <summary>Scores <c>{"record": {…}}</c> or <c>{"records": [{…}, …]}</c>.</summary>
    [Function("Predict")]
    public async Task<IResult> PredictAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/v1/endpoints/{name}/predict")] HttpRequest request,
        string name,
        CancellationToken cancellationToken)
    {
        var endpoint = EndpointRequests.Name(name);
        // Before the lease, so that a slow sender does not keep a model in memory.
        using var body = await PredictionBody.ReadAsync(request, cancellationToken);
        switch (await router.AcquireAsync(request.Caller().Tenant, endpoint, cancellationToken))
        {
            case RouteOutcome.Ready(var lease):
                using (lease)
                {
                    return Answer(lease.Model, body.Bytes);
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

    private static IResult Answer(ServedModel model, ReadOnlySpan<byte> body) => model.Requests.Read(body) switch
    {
        PredictionReading.Accepted(var rows) => Score(model, rows),
        PredictionReading.Refused(var errors) => Problems.BadRequest(
            "The records are not what the model takes. See errors.",
            [.. errors.Select(error => new FieldError(error.Path, error.Message))]),
        _ => throw new UnreachableException(),
    };

    private static IResult Score(ServedModel model, FeatureRows rows)
    {
        using (rows)
        {
            var count = rows.Count * model.Scorer.Signature.OutputWidth;
            var scores = ArrayPool<float>.Shared.Rent(count);
            model.Scorer.Score(rows.Batch, scores.AsSpan(0, count));
            var bad = model.Responses.FindNonFinite(scores.AsSpan(0, count));
            if (bad < 0)
            {
                return new PredictionResult(model.Version, model.Responses, scores, count);
            }

            ArrayPool<float>.Shared.Return(scores);
            return Problems.Of(
                StatusCodes.Status422UnprocessableEntity,
                $"The model has no finite prediction for records[{bad}]: its values are too extreme.");
        }
    }
}
