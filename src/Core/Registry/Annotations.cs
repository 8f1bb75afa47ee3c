using Mlops.Storage;

namespace Mlops.Registry;

/// <summary>What is wrong with a description or tags.</summary>
/// <param name="Field">Which of them, such as <c>tags.team</c>.</param>
internal sealed record AnnotationFault(string Field, string Reason);

/// <summary>The bounds of what people may write on a model or version.</summary>
internal static class Annotations
{
    public const int MaxDescription = 20_000;
    public const int MaxTags = 100;
    public const int MaxTagKey = 250;
    public const int MaxTagValue = 5_000;

    /// <summary>What both may take as JSON in a row, which other things must find room in too.</summary>
    public const int MaxBytes = 256 * 1024;

    /// <summary>Why these are refused; null if they are fine.</summary>
    public static AnnotationFault? Refusal(string? description, IReadOnlyDictionary<string, string> tags)
    {
        if (description?.Length > MaxDescription)
        {
            return new("description", $"The description has {description.Length} characters; {MaxDescription} are allowed.");
        }

        if (tags.Count > MaxTags)
        {
            return new("tags", $"There are {tags.Count} tags; {MaxTags} are allowed.");
        }

        foreach (var (key, value) in tags)
        {
            if (key.Length is 0 or > MaxTagKey)
            {
                return new("tags", $"A tag's key has 1 to {MaxTagKey} characters, not {key.Length}.");
            }

            if (value.Length > MaxTagValue)
            {
                return new($"tags.{key}", $"Tag '{key}' has {value.Length} characters; {MaxTagValue} are allowed.");
            }
        }

        var bytes = Documents.Write(tags).Length + Documents.Write(description ?? "").Length;
        return bytes > MaxBytes
            ? new("tags", $"Description and tags take {bytes} bytes as JSON in ASCII; {MaxBytes} are allowed.")
            : null;
    }

    public static string? Describe(string? current, string? edited) => edited switch
    {
        null => current,
        "" => null,
        _ => edited,
    };

    public static IReadOnlyDictionary<string, string> Merge(
        IReadOnlyDictionary<string, string> current, IReadOnlyDictionary<string, string?>? edits)
    {
        var merged = new SortedDictionary<string, string>(current.ToDictionary(), StringComparer.Ordinal);
        foreach (var (key, value) in edits ?? new Dictionary<string, string?>())
        {
            if (value is null)
            {
                merged.Remove(key);
            }
            else
            {
                merged[key] = value;
            }
        }

        return merged;
    }
}
