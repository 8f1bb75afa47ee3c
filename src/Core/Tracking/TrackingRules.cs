using System.Text.RegularExpressions;
using Mlops.Storage;

namespace Mlops.Tracking;

/// <summary>MLflow's limits and rules for what may be logged.</summary>
public static partial class TrackingRules
{
    public const int MaxExperimentName = 500;
    public const int MaxKey = 250;
    public const int MaxParamValue = 6_000;
    public const int MaxTagValue = 8_000;
    public const int MaxRunName = MaxTagValue;
    public const int MaxIdempotencyKey = 500;
    public const int MaxMetrics = 1_000;
    public const int MaxParams = 100;
    public const int MaxTags = 100;
    public const int MaxEntries = 1_000;

    /// <summary>A run's row less what the store itself writes into it.</summary>
    internal const int MaxRunBytes = TableLimits.MaxDocumentBytes - 16_384;

    internal static Objection TooLarge { get; } =
        new("run", $"A run holds at most {MaxRunBytes / 1024} KiB of params, tags and latest metrics.");

    /// <summary>Whether a run can be started so; the list is empty if it can.</summary>
    public static IReadOnlyList<Objection> Check(RunStart start)
    {
        var objections = new List<Objection>();
        if (start.Tags.Count > MaxTags)
        {
            objections.Add(new("tags", $"A run starts with at most {MaxTags} tags, not {start.Tags.Count}."));
            return objections;
        }

        CheckTags(start.Tags, objections);
        CheckRunName(start.Name, "name", objections);
        if (start.Tags.LastOrDefault(tag => tag.Key is Tag.RunName) is { } named && start.Name is { } name && named.Value != name)
        {
            objections.Add(new("name", $"The run is named '{name}', but its tag {Tag.RunName} says '{named.Value}'."));
        }

        if (start.StartTime < DateTimeOffset.UnixEpoch)
        {
            objections.Add(new("startTime", "A run starts in 1970 or later."));
        }

        CheckLength(start.IdempotencyKey ?? "", MaxIdempotencyKey, "idempotencyKey", objections);
        if (objections.Count is 0 && Documents.Write(start).Length > MaxRunBytes)
        {
            objections.Add(TooLarge);
        }

        return objections;
    }

    /// <summary>Whether a batch can be logged, whatever the run has already; the list is empty if it can.</summary>
    public static IReadOnlyList<Objection> Check(RunBatch batch)
    {
        var objections = new List<Objection>();
        CheckCount(batch.Metrics.Count, MaxMetrics, "metrics", objections);
        CheckCount(batch.Params.Count, MaxParams, "params", objections);
        CheckCount(batch.Tags.Count, MaxTags, "tags", objections);
        CheckCount(batch.Metrics.Count + batch.Params.Count + batch.Tags.Count, MaxEntries, "metrics, params and tags", objections);
        if (objections.Count > 0)
        {
            return objections;
        }

        for (var i = 0; i < batch.Metrics.Count; i++)
        {
            CheckKey(batch.Metrics[i].Key, $"metrics[{i}].key", objections);
        }

        CheckParams(batch.Params, objections);
        CheckTags(batch.Tags, objections);
        return objections;
    }

    /// <summary>Whether a run can be changed so; the list is empty if it can.</summary>
    public static IReadOnlyList<Objection> Check(RunChange change)
    {
        var objections = new List<Objection>();
        CheckRunName(change.Name, "name", objections);
        if (change.Status is { } status && !Enum.IsDefined(status))
        {
            objections.Add(new("status", "There is no such status."));
        }

        if (change.LifecycleStage is { } stage && !Enum.IsDefined(stage))
        {
            objections.Add(new("lifecycleStage", "There is no such stage."));
        }

        return objections;
    }

    /// <summary>Whether an experiment may have this name; null if it may.</summary>
    public static Objection? CheckExperimentName(string name) => name.Length is 0 or > MaxExperimentName
        ? new("name", $"An experiment's name has 1 to {MaxExperimentName} characters.")
        : null;

    private static void CheckParams(IReadOnlyList<Param> values, List<Objection> objections)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < values.Count; i++)
        {
            CheckKey(values[i].Key, $"params[{i}].key", objections);
            CheckLength(values[i].Value, MaxParamValue, $"params[{i}].value", objections);
            if (!seen.Add(values[i].Key))
            {
                objections.Add(new($"params[{i}].key", $"Duplicate parameter '{values[i].Key}' in one batch."));
            }
        }
    }

    private static void CheckTags(IReadOnlyList<Tag> tags, List<Objection> objections)
    {
        for (var i = 0; i < tags.Count; i++)
        {
            CheckKey(tags[i].Key, $"tags[{i}].key", objections);
            CheckLength(tags[i].Value, MaxTagValue, $"tags[{i}].value", objections);
        }
    }

    private static void CheckRunName(string? name, string field, List<Objection> objections)
    {
        if (name is "" or { Length: > MaxRunName })
        {
            objections.Add(new(field, $"A run's name has 1 to {MaxRunName} characters."));
        }
    }

    private static void CheckKey(string key, string field, List<Objection> objections)
    {
        if (key.Length > MaxKey)
        {
            objections.Add(new(field, $"'{key[..40]}…' exceeds the maximum length of {MaxKey} characters."));
        }
        else if (!KeyCharacters().IsMatch(key))
        {
            objections.Add(new(
                field,
                $"Invalid value \"{key}\": names have alphanumerics, underscores (_), dashes (-), periods (.), spaces ( ), "
                + "colons (:) and slashes (/)."));
        }
        else if (!IsNormalPath(key))
        {
            objections.Add(new(
                field, $"Invalid value \"{key}\": names must do as file paths, so no part between slashes is empty, '.' or '..'."));
        }
    }

    /// <summary>Whether POSIX path normalisation leaves it as it is, and within its folder.</summary>
    private static bool IsNormalPath(string key) =>
        key.Split('/') is var parts && !Array.Exists(parts, part => part is "" or "." or "..");

    private static void CheckLength(string value, int max, string field, List<Objection> objections)
    {
        if (value.Length > max)
        {
            objections.Add(new(field, $"{value.Length} characters exceed the maximum length of {max} characters."));
        }
    }

    private static void CheckCount(int count, int max, string field, List<Objection> objections)
    {
        if (count > max)
        {
            objections.Add(new(field, $"A batch logging request can contain at most {max} {field}. Got {count}."));
        }
    }

    [GeneratedRegex(@"^[/\w.\- :]*\z")]
    private static partial Regex KeyCharacters();
}
