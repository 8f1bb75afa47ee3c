using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;

namespace Mlops.Http;

/// <summary>The shape that errors have; a protocol's clients know only its own.</summary>
public enum ErrorForm
{
    /// <summary>Problem details (RFC 9457): the platform's own API.</summary>
    Problem,

    /// <summary><c>{"error": "text"}</c>: both versions of KServe's protocol, and the simple way to ask.</summary>
    Inference,

    /// <summary><c>{"error_code": "BAD_REQUEST", "message": "text"}</c>, and plain text for a content type that is not read: MLflow's
    /// scoring server.</summary>
    Mlflow,
}

/// <summary>Answers errors in the form of the protocol whose route was asked, whoever finds the error.</summary>
public static class ErrorForms
{
    /// <summary>Where protocols other than the platform's own live; a route added to one is added here.</summary>
    private static readonly (PathString Prefix, ErrorForm Form)[] Protocols =
    [
        ("/v2", ErrorForm.Inference),
        ("/v1", ErrorForm.Inference),
        ("/predict", ErrorForm.Inference),
        ("/endpoints", ErrorForm.Mlflow),
        ("/invocations", ErrorForm.Mlflow),
    ];

    /// <summary>The form of the protocol that has a path.</summary>
    public static ErrorForm Of(PathString path)
    {
        foreach (var (prefix, form) in Protocols)
        {
            if (path.StartsWithSegments(prefix))
            {
                return form;
            }
        }

        return ErrorForm.Problem;
    }

    /// <summary>An error in the form that the request's protocol has for it.</summary>
    /// <param name="detail">A sentence for a person.</param>
    /// <param name="errors">The fields that are wrong, if it is about fields; a form that knows only text has them in the text.</param>
    public static IResult Error(this HttpRequest request, int status, string detail, IReadOnlyList<FieldError>? errors = null) =>
        Of(request.Path) switch
        {
            ErrorForm.Inference => TypedResults.Json(new InferenceError(Text(detail, errors)), statusCode: status),
            ErrorForm.Mlflow when status is StatusCodes.Status415UnsupportedMediaType =>
                TypedResults.Text(Text(detail, errors), statusCode: status),
            ErrorForm.Mlflow => TypedResults.Json(new MlflowError(MlflowCode(status), Text(detail, errors)), statusCode: status),
            _ => Problems.Of(status, detail, errors),
        };

    private static string Text(string detail, IReadOnlyList<FieldError>? errors) =>
        errors is { Count: > 0 } ? string.Join("; ", errors.Select(error => $"{error.Field}: {error.Message}")) : detail;

    private static string MlflowCode(int status) => status switch
    {
        StatusCodes.Status404NotFound => "RESOURCE_DOES_NOT_EXIST",
        StatusCodes.Status429TooManyRequests => "REQUEST_LIMIT_EXCEEDED",
        StatusCodes.Status503ServiceUnavailable => "TEMPORARILY_UNAVAILABLE",
        StatusCodes.Status504GatewayTimeout => "DEADLINE_EXCEEDED",
        >= 500 => "INTERNAL_ERROR",
        _ => "BAD_REQUEST",
    };

    private sealed record InferenceError(string Error);

    private sealed record MlflowError([property: JsonPropertyName("error_code")] string ErrorCode, string Message);
}
