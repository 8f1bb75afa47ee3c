using System.Globalization;
using Microsoft.AspNetCore.Http;
using Mlops.Http;
using Mlops.Serving;

namespace Mlops.Api.Serving;

/// <summary>Reads which stretch of the prediction log a caller wants.</summary>
internal static class LogRanges
{
    private const int MaxDays = 31;

    private static readonly TimeSpan ByDefault = TimeSpan.FromDays(1);

    /// <param name="from">Inclusive; a day before the end if absent.</param>
    /// <param name="to">Exclusive; now if absent.</param>
    /// <exception cref="ProblemException">400: one is no instant, or they are in the wrong order or too far apart.</exception>
    public static LogRange Read(string? from, string? to, DateTimeOffset now)
    {
        var errors = new List<FieldError>();
        var end = Instant(to, "to", errors) ?? now;
        var start = Instant(from, "from", errors) ?? (end - DateTimeOffset.MinValue > ByDefault ? end - ByDefault : DateTimeOffset.MinValue);
        if (errors.Count is 0 && start >= end)
        {
            errors.Add(new FieldError("from", "expected an instant before 'to'"));
        }
        else if (errors.Count is 0 && end - start > TimeSpan.FromDays(MaxDays))
        {
            errors.Add(new FieldError("from", $"expected an instant at most {MaxDays} days before 'to'"));
        }

        return errors.Count is 0
            ? new LogRange(start, end)
            : throw new ProblemException(StatusCodes.Status400BadRequest, "The range is not valid. See errors.", errors);
    }

    private static DateTimeOffset? Instant(string? text, string field, List<FieldError> errors)
    {
        if (text is null)
        {
            return null;
        }

        if (TryInstant(text, out var instant))
        {
            return instant;
        }

        errors.Add(new FieldError(field, "expected an ISO 8601 instant, as 2026-03-01T00:00:00Z"));
        return null;
    }

    /// <summary>An instant that is UTC unless it has an offset.</summary>
    public static bool TryInstant(string text, out DateTimeOffset instant) => DateTimeOffset.TryParse(
        text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out instant);
}
