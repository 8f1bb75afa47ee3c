using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Mlops.Http;
using Mlops.Serving;

namespace Mlops.Api.Serving;

/// <summary>How a protocol says that something is wrong.</summary>
/// <param name="status">The HTTP status.</param>
/// <param name="detail">A sentence for a person.</param>
/// <param name="errors">The fields that are wrong, if it is about fields.</param>
internal delegate IResult ProtocolError(int status, string detail, IReadOnlyList<FieldError>? errors = null);

/// <summary>Takes a request for predictions from HTTP to the predictor and back, the same way for every dialect.</summary>
public sealed class PredictionEdge(Predictor predictor, ServingMetrics metrics, TimeProvider time)
{
    /// <summary>The most of a caller's own id that is kept.</summary>
    private const int MaxHeader = 256;

    /// <param name="version">A version of the endpoint's model that shall answer, whatever the policy says.</param>
    /// <param name="mediaTypes">What the dialect reads, like <c>application/json</c>.</param>
    internal async Task<IResult> AnswerAsync(
        HttpRequest request,
        EndpointName endpoint,
        int? version,
        IDialect dialect,
        IReadOnlyList<string> mediaTypes,
        ProtocolError error,
        CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        PredictionBody body;
        int? headerLength;
        DateTimeOffset? deadline;
        try
        {
            headerLength = Digits(request, "Inference-Header-Content-Length", "how many bytes of the body are JSON, in digits");
            deadline = Digits(request, "x-request-timeout-ms", "for how many milliseconds the answer is of use, in digits") is { } limit
                ? time.GetUtcNow().AddMilliseconds(limit)
                : null;
            // Before the lease, so that a slow sender does not keep a model in memory.
            body = await PredictionBody.ReadAsync(request, mediaTypes, cancellationToken);
        }
        catch (ProblemException problem)
        {
            return error(problem.Status, problem.Message, problem.Errors);
        }

        using (body)
        {
            var call = new PredictionCall(
                request.Caller().Tenant,
                endpoint,
                version,
                new DialectRequest(body.Memory, headerLength, request.ContentType),
                new CallerFields(request),
                Text(request, "x-request-id"),
                Text(request, "x-mlops-arm"),
                deadline);
            var outcome = await predictor.PredictAsync(call, dialect, cancellationToken);
            return outcome is PredictionOutcome.Answered(var answer)
                ? new PredictionResult(answer)
                : Refusal(outcome, call, request, dialect, started, error);
        }
    }

    /// <summary>Counts and answers what is no prediction; apart, so that a prediction pays for none of it.</summary>
    private IResult Refusal(
        PredictionOutcome outcome, PredictionCall call, HttpRequest request, IDialect dialect, long started, ProtocolError error) =>
        Result(outcome, call.Endpoint, request, (status, detail, errors) =>
        {
            metrics.Refused(call.Tenant, call.Endpoint, dialect.Name, status, time.GetElapsedTime(started));
            return error(status, detail, errors);
        });

    private static IResult Result(PredictionOutcome outcome, EndpointName endpoint, HttpRequest request, ProtocolError error)
    {
        switch (outcome)
        {
            case PredictionOutcome.Refused(var errors):
                return error(
                    StatusCodes.Status400BadRequest,
                    "The request is not what the model takes. See errors.",
                    [.. errors.Select(wrong => new FieldError(wrong.Path, wrong.Message))]);
            case PredictionOutcome.UnknownEndpoint:
                return error(StatusCodes.Status404NotFound, EndpointRequests.NoEndpoint(endpoint.Value));
            case PredictionOutcome.UnknownVersion(var version):
                return error(StatusCodes.Status404NotFound, $"The model of endpoint '{endpoint}' has no version {version}.");
            case PredictionOutcome.UnknownArm(var arm):
                return error(StatusCodes.Status404NotFound, $"Endpoint '{endpoint}' has no arm '{arm}'.");
            case PredictionOutcome.Unavailable(var reason):
                request.HttpContext.Response.Headers.RetryAfter = "1";
                return error(StatusCodes.Status503ServiceUnavailable, reason);
            case PredictionOutcome.Busy(var wait):
                request.HttpContext.Response.Headers.RetryAfter =
                    Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
                return error(StatusCodes.Status429TooManyRequests, $"Endpoint '{endpoint}' has as many requests as it can take.");
            case PredictionOutcome.TooLate:
                return error(StatusCodes.Status504GatewayTimeout, "The answer was not ready within the time that the request gave.");
            case PredictionOutcome.NotFinite(var row):
                return error(
                    StatusCodes.Status422UnprocessableEntity,
                    $"The model has no finite prediction for row {row}: its values are too extreme.");
            case PredictionOutcome.NotScored(var reason):
                return error(StatusCodes.Status400BadRequest, reason);
            default:
                throw new UnreachableException();
        }
    }

    private static int? Digits(HttpRequest request, string header, string expected)
    {
        if (!request.Headers.TryGetValue(header, out var text))
        {
            return null;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new ProblemException(StatusCodes.Status400BadRequest, new FieldError(header, $"expected {expected}"));
    }

    private static string? Text(HttpRequest request, string header) =>
        request.Headers.TryGetValue(header, out var values) && values.ToString() is { Length: > 0 and <= MaxHeader } text ? text : null;
}
