using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Mlops.Http;
using Mlops.Serving;

namespace Mlops.Api.Serving;

/// <summary>What became known of one predicted row: a label, a reward or both.</summary>
/// <param name="PredictionId">What the prediction was answered with in <c>x-prediction-id</c>.</param>
/// <param name="Label">The true class or value: a string, a number, <c>true</c> or <c>false</c>.</param>
/// <param name="At">When that was known, ISO 8601, UTC unless it has an offset; now if absent.</param>
/// <param name="Row">Which record of the request, from 0; 0 if absent.</param>
public sealed record NewFeedback(
    string PredictionId, JsonElement? Label = null, double? Reward = null, string? At = null, int? Row = null);

/// <summary>Feedback on one row, or on many as <paramref name="Items"/>.</summary>
/// <param name="Items">1 to 1,000; then nothing else is given.</param>
public sealed record FeedbackRequest(
    string? PredictionId = null,
    JsonElement? Label = null,
    double? Reward = null,
    string? At = null,
    int? Row = null,
    IReadOnlyList<NewFeedback>? Items = null);

/// <summary>What was recorded.</summary>
/// <param name="Accepted">How many items; their predictions may still be on the way to the log.</param>
public sealed record FeedbackReceipt(int Accepted);

/// <summary>Reads what callers say of predictions.</summary>
internal static class FeedbackRequests
{
    private const int MaxItems = 1_000;
    private const int MaxErrors = 50;
    private const int MaxLabel = 1_024;

    /// <summary>How far the clock of a caller may be ahead.</summary>
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(5);

    /// <exception cref="ProblemException">400: some of it is wrong, each with its item's index and field.</exception>
    public static IReadOnlyList<Feedback> Read(FeedbackRequest asked, DateTimeOffset now)
    {
        var errors = new List<FieldError>();
        var feedback = new List<Feedback>();
        if (asked.Items is not { } items)
        {
            var one = new NewFeedback(asked.PredictionId ?? "", asked.Label, asked.Reward, asked.At, asked.Row);
            feedback.Add(Read(one, "", now, errors));
        }
        else if (asked with { Items = null } != new FeedbackRequest())
        {
            errors.Add(new FieldError("items", "expected no other field beside it"));
        }
        else if (items.Count is 0 or > MaxItems)
        {
            errors.Add(new FieldError("items", $"expected 1 to {MaxItems} items, found {items.Count}"));
        }
        else
        {
            feedback.AddRange(items.Select((item, index) => Read(item, $"items[{index}]", now, errors)));
        }

        return errors.Count is 0
            ? feedback
            : throw new ProblemException(
                StatusCodes.Status400BadRequest, "Nothing was recorded. See errors.", [.. errors.Take(MaxErrors)]);
    }

    private static Feedback Read(NewFeedback? item, string path, DateTimeOffset now, List<FieldError> errors)
    {
        if (item is null)
        {
            errors.Add(new FieldError(path, "expected an object, found null"));
            return new Feedback("", 0, now);
        }

        var latest = now + Skew;
        var at = now;
        Require(
            PredictionIds.TryRead(item.PredictionId, out var predicted, out _) && predicted <= latest,
            "predictionId", $"expected the id of a prediction, {PredictionIds.Length} characters as in x-prediction-id");
        Require(item.Row is null or (>= 0 and < Feedback.MaxRows), "row", $"expected a whole number from 0 to {Feedback.MaxRows - 1}");
        Require(item.Reward is null || double.IsFinite(item.Reward.Value), "reward", "expected a finite number");
        Require(
            item.At is null || (LogRanges.TryInstant(item.At, out at) && at <= latest),
            "at", "expected an ISO 8601 instant that has passed, as 2026-03-01T00:00:00Z");
        var label = item.Label is { } given ? Label(given) : null;
        Require(
            item.Label is null || label is not null,
            "label", $"expected a string of 1 to {MaxLabel} characters, a number, true or false");
        Require(item.Label is not null || item.Reward is not null, "label", "expected a label or a reward");
        return new Feedback(item.PredictionId, item.Row ?? 0, at, label, item.Reward);

        void Require(bool holds, string field, string expected)
        {
            if (!holds)
            {
                errors.Add(new FieldError(path.Length is 0 ? field : $"{path}.{field}", expected));
            }
        }
    }

    /// <summary>A label as classes are called: numbers in their shortest form.</summary>
    /// <returns>Null if it is none.</returns>
    private static string? Label(JsonElement label) => label.ValueKind switch
    {
        JsonValueKind.String => label.GetString() is { Length: > 0 and <= MaxLabel } text ? text : null,
        JsonValueKind.Number when label.TryGetInt64(out var whole) => whole.ToString(CultureInfo.InvariantCulture),
        JsonValueKind.Number when label.TryGetDouble(out var number) && double.IsFinite(number) =>
            number.ToString(CultureInfo.InvariantCulture),
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        _ => null,
    };
}
