using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Mlops.Http;
using Mlops.Serving;

namespace Mlops.Api.Serving;

/// <summary>Takes a request for predictions from HTTP to the predictor and back, the same way for every dialect.</summary>
/// <remarks>What cannot be answered is said in the form of the route's protocol, see <see cref="ErrorForms"/>.</remarks>
public sealed class PredictionEdge(Predictor predictor, ServingMetrics metrics, TimeProvider time)
{
    /// <summary>The most of a caller's own id that is kept.</summary>
    private const int MaxHeader = 256;

    private static readonly Func<PredictionAnswer, PredictionBody, ValueTask<IResult>> Plain =
        (answer, _) => ValueTask.FromResult<IResult>(new PredictionResult(answer));

    /// <summary>Answers with the predictions.</summary>
    /// <param name="version">A version of the endpoint's model that shall answer, whatever the policy says.</param>
    /// <param name="mediaTypes">What the dialect reads, like <c>application/json</c>.</param>
    internal Task<IResult> AnswerAsync(
        HttpRequest request,
        EndpointName endpoint,
        int? version,
        IDialect dialect,
        IReadOnlyList<string> mediaTypes,
        CancellationToken cancellationToken) =>
        AnswerAsync(request, endpoint, version, dialect, mediaTypes, Plain, cancellationToken);

    /// <summary>Answers with what a protocol makes of the predictions.</summary>
    /// <param name="finish">Gets the predictions, to dispose, and the body that they were made of, valid until the answer is known.</param>
    internal async Task<IResult> AnswerAsync(
        HttpRequest request,
        EndpointName endpoint,
        int? version,
        IDialect dialect,
        IReadOnlyList<string> mediaTypes,
        Func<PredictionAnswer, PredictionBody, ValueTask<IResult>> finish,
        CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        int? headerLength;
        DateTimeOffset? deadline;
        PredictionBody read;
        try
        {
            headerLength = Digits(request, "Inference-Header-Content-Length", "how many bytes of the body are JSON, in digits");
            deadline = Digits(request, "x-request-timeout-ms", "for how many milliseconds the answer is of use, in digits") is { } limit
                ? time.GetUtcNow().AddMilliseconds(limit)
                : null;

            // Before the lease, so that a slow sender does not keep a model in memory.
            read = await PredictionBody.ReadAsync(request, mediaTypes, cancellationToken);
        }
        catch (Exception failure) when (StatusOf(failure) is { } status)
        {
            metrics.Refused(request.Caller().Tenant, endpoint, dialect.Name, status, time.GetElapsedTime(started));
            throw;
        }

        using var body = read;
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
            ? await finish(answer, body)
            : Refusal(outcome, call, request, dialect, started);
    }

    /// <summary>Counts and answers what is no prediction; apart, so that a prediction pays for none of it.</summary>
    private IResult Refusal(PredictionOutcome outcome, PredictionCall call, HttpRequest request, IDialect dialect, long started)
    {
        var (status, detail) = Explained(outcome, call.Endpoint);
        metrics.Refused(call.Tenant, call.Endpoint, dialect.Name, status, time.GetElapsedTime(started));
        if (outcome is PredictionOutcome.Unavailable or PredictionOutcome.Busy)
        {
            var wait = outcome is PredictionOutcome.Busy(var asked) ? asked : TimeSpan.FromSeconds(1);
            request.HttpContext.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        }

        var errors = outcome is PredictionOutcome.Refused(var wrong) ? wrong : [];
        return request.Error(status, detail, [.. errors.Select(error => new FieldError(error.Path, error.Message))]);
    }

    private static (int Status, string Detail) Explained(PredictionOutcome outcome, EndpointName endpoint) => outcome switch
    {
        PredictionOutcome.Refused => (StatusCodes.Status400BadRequest, "The request is not what the model takes. See errors."),
        PredictionOutcome.UnknownEndpoint => (StatusCodes.Status404NotFound, EndpointRequests.NoEndpoint(endpoint.Value)),
        PredictionOutcome.UnknownVersion(var version) =>
            (StatusCodes.Status404NotFound, $"The model of endpoint '{endpoint}' has no version {version}."),
        PredictionOutcome.UnknownArm(var arm) => (StatusCodes.Status404NotFound, $"Endpoint '{endpoint}' has no arm '{arm}'."),
        PredictionOutcome.Unavailable(var reason) => (StatusCodes.Status503ServiceUnavailable, reason),
        PredictionOutcome.Busy => (StatusCodes.Status429TooManyRequests, $"Endpoint '{endpoint}' has as many requests as it can take."),
        PredictionOutcome.TooLate =>
            (StatusCodes.Status504GatewayTimeout, "The answer was not ready within the time that the request gave."),
        PredictionOutcome.NotFinite(var row) =>
            (StatusCodes.Status422UnprocessableEntity, $"The model has no finite prediction for row {row}: its values are too extreme."),
        PredictionOutcome.NotScored(var reason) => (StatusCodes.Status400BadRequest, reason),
        _ => throw new UnreachableException(),
    };

    /// <summary>What a request is answered with that cannot be read.</summary>
    private static int? StatusOf(Exception failure) => failure switch
    {
        ProblemException problem => problem.Status,
        BadHttpRequestException bad => bad.StatusCode,
        _ => null,
    };

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
