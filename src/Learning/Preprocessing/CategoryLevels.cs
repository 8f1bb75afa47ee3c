using Mlops.Data;

namespace Mlops.Learning;

/// <summary>The values of a string feature that training has seen; a missing value is the level "".</summary>
/// <remarks>A value seen only later is unknown: it belongs to no level.</remarks>
internal sealed class CategoryLevels
{
    public const int Unknown = -1;

    private readonly Dictionary<string, int> _index;

    private CategoryLevels(string[] names, int[] counts)
    {
        (Names, Counts) = (names, counts);
        _index = names.Select((name, index) => (name, index)).ToDictionary(pair => pair.name, pair => pair.index, StringComparer.Ordinal);
    }

    /// <summary>The most frequent first, equally frequent ones in ordinal order.</summary>
    public string[] Names { get; }

    /// <summary>How many training rows have each level.</summary>
    public int[] Counts { get; }

    public static CategoryLevels Learn(StringColumn column)
    {
        var counts = new int[column.Levels.Length + 1];
        foreach (var code in column.Codes)
        {
            counts[code is StringColumn.Missing ? ^1 : code]++;
        }

        // A level may be the empty string itself: the graph cannot tell it from a missing value, so they count as one.
        var seen = counts
            .Select((count, code) => (Name: code < column.Levels.Length ? column.Levels[code] : "", Count: count))
            .Where(level => level.Count > 0)
            .GroupBy(level => level.Name, (name, levels) => (Name: name, Count: levels.Sum(level => level.Count)), StringComparer.Ordinal)
            .OrderByDescending(level => level.Count)
            .ThenBy(level => level.Name, StringComparer.Ordinal)
            .ToArray();
        return new CategoryLevels([.. seen.Select(level => level.Name)], [.. seen.Select(level => level.Count)]);
    }

    /// <summary>The level of each row, <see cref="Unknown"/> if training has not seen its value.</summary>
    public int[] Encode(StringColumn column)
    {
        var byCode = Array.ConvertAll(column.Levels, Find);
        var missing = Find("");
        return Array.ConvertAll(column.Codes, code => code is StringColumn.Missing ? missing : byCode[code]);
    }

    private int Find(string name) => _index.GetValueOrDefault(name, Unknown);
}
