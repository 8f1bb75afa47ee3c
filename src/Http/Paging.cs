using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Mlops.Http;

/// <summary>Part of a list; ask again with <see cref="Continuation"/> for the rest. Absent, there is no more.</summary>
public sealed record Page<T>(IReadOnlyList<T> Items, string? Continuation);

/// <summary>Which part of a list is wanted: <c>?limit=</c> (1 to 1,000, 100 if absent) and <c>?continuation=</c>.</summary>
public sealed record Paging(int Limit, string? Continuation)
{
    private const int MaxLimit = 1_000;
    private const int MaxContinuationLength = 2_048;

    /// <exception cref="ProblemException">400: the limit or the continuation is not one.</exception>
    public static Paging From(HttpRequest request)
    {
        var limit = 100;
        if (request.Query.TryGetValue("limit", out var text)
            && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit) || limit is < 1 or > MaxLimit))
        {
            throw new ProblemException(
                StatusCodes.Status400BadRequest, new FieldError("limit", $"expected a whole number from 1 to {MaxLimit}"));
        }

        string? continuation = request.Query["continuation"];
        if (continuation is { Length: 0 or > MaxContinuationLength })
        {
            throw new ProblemException(
                StatusCodes.Status400BadRequest, new FieldError("continuation", "expected the continuation of an earlier page"));
        }

        return new Paging(limit, continuation);
    }
}
