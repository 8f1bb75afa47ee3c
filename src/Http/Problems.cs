using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Mlops.Http;

/// <summary>Answers in RFC 9457 problem details: a status, a sentence, the fields that are wrong, and the trace to look for.</summary>
public static class Problems
{
    public static ProblemHttpResult BadRequest(string detail, IReadOnlyList<FieldError>? errors = null) =>
        Of(StatusCodes.Status400BadRequest, detail, errors);

    public static ProblemHttpResult NotFound(string detail) => Of(StatusCodes.Status404NotFound, detail);

    public static ProblemHttpResult Conflict(string detail) => Of(StatusCodes.Status409Conflict, detail);

    /// <summary>The If-Match header names another version of the thing than the one that is there now.</summary>
    public static ProblemHttpResult Stale(string detail) => Of(StatusCodes.Status412PreconditionFailed, detail);

    public static ProblemHttpResult TooLarge(string detail) =>
        Of(StatusCodes.Status413PayloadTooLarge, detail, [new FieldError("body", detail)]);

    public static ProblemHttpResult Of(int status, string detail, IReadOnlyList<FieldError>? errors = null)
    {
        var extensions = new Dictionary<string, object?>();
        if (errors is { Count: > 0 })
        {
            extensions["errors"] = errors;
        }

        if (Activity.Current is { } activity)
        {
            extensions["traceId"] = activity.TraceId.ToHexString();
        }

        return TypedResults.Problem(detail, statusCode: status, extensions: extensions);
    }
}
