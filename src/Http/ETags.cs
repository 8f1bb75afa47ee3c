using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Mlops.Http;

/// <summary>Optimistic concurrency over HTTP: an answer carries the tag, a change names the tag it was based on.</summary>
public static class ETags
{
    /// <summary>Puts the tag of what is answered into the response's ETag header.</summary>
    public static void SetETag(this HttpRequest request, string etag) =>
        request.HttpContext.Response.Headers.ETag = $"\"{etag}\"";

    /// <summary>The tag that the If-Match header names, or null if there is none or it is <c>*</c>.</summary>
    /// <exception cref="ProblemException">400: the header is not one strong tag.</exception>
    public static string? IfMatch(this HttpRequest request)
    {
        var header = request.Headers.IfMatch;
        if (header.Count is 0 || header == "*")
        {
            return null;
        }

        return header.Count is 1
            && EntityTagHeaderValue.TryParse(header.ToString(), out var tag)
            && !tag.IsWeak
            && tag.Tag.Length > 2
            ? tag.Tag.Substring(1, tag.Tag.Length - 2)
            : throw new ProblemException(
                StatusCodes.Status400BadRequest, new FieldError("If-Match", "expected one strong entity tag in double quotes"));
    }
}
