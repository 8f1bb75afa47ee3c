namespace Mlops.Registry;

/// <summary>The bounds of what people may write on a model or version.</summary>
internal static class Annotations
{
    public const int MaxDescription = 20_000;
    public const int MaxTags = 100;
    public const int MaxTagKey = 250;
    public const int MaxTagValue = 5_000;

    /// <summary>Why these are refused; null if they are fine.</summary>
    public static string? Refusal(string? description, IReadOnlyDictionary<string, string> tags)
    {
        if (description?.Length > MaxDescription)
        {
            return $"The description has {description.Length} characters; {MaxDescription} are allowed.";
        }

        if (tags.Count > MaxTags)
        {
            return $"There are {tags.Count} tags; {MaxTags} are allowed.";
        }

        foreach (var (key, value) in tags)
        {
            if (key.Length is 0 or > MaxTagKey)
            {
                return $"A tag's key has 1 to {MaxTagKey} characters, not {key.Length}.";
            }

            if (value.Length > MaxTagValue)
            {
                return $"Tag '{key}' has {value.Length} characters; {MaxTagValue} are allowed.";
            }
        }

        return null;
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
