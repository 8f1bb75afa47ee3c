namespace Mlops.Data;

/// <summary>How many rows there are must lie between bounds.</summary>
internal sealed class RowCountEvaluator(Bounds bounds) : Evaluator
{
    private long _rows;

    public override void Take(in RowView row) => _rows++;

    public override void Take(RowBatch batch, ReadOnlySpan<int> rows) => _rows += rows.Length;

    public override Finding Find() => Finding.Observed(bounds.Hold(_rows), _rows);
}

/// <summary>What a header alone can be held against.</summary>
internal static class HeaderFindings
{
    public static Finding OfSet(IReadOnlyList<string> names, IReadOnlyList<string> expected, bool isExact)
    {
        var missing = expected.Except(names, StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        var unexpected = isExact ? names.Except(expected, StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList() : [];
        return Finding.Observed(missing.Count is 0 && unexpected.Count is 0, names, Mismatches(missing, unexpected));
    }

    public static Finding OfList(IReadOnlyList<string> names, IReadOnlyList<string> expected)
    {
        var mismatched = Enumerable.Range(0, Math.Max(names.Count, expected.Count))
            .Select(place => new Dictionary<string, object?>
            {
                ["Expected Column Position"] = place,
                ["Expected"] = place < expected.Count ? expected[place] : null,
                ["Found"] = place < names.Count ? names[place] : null,
            })
            .Where(pair => !Equals(pair["Expected"], pair["Found"])).ToList();
        return Finding.Observed(mismatched.Count is 0, names, mismatched.Count is 0 ? null : new Dictionary<string, System.Text.Json.JsonElement>
        {
            ["mismatched"] = Finding.Json(mismatched),
        });
    }

    public static Finding OfColumn(IReadOnlyList<string> names, string column, int? place) => new(
        place is { } wanted ? wanted < names.Count && names[wanted] == column : names.Contains(column, StringComparer.Ordinal),
        new ResultDetails());

    private static Dictionary<string, System.Text.Json.JsonElement>? Mismatches(List<string> missing, List<string> unexpected)
    {
        var mismatched = new Dictionary<string, List<string>>();
        if (unexpected.Count > 0)
        {
            mismatched["unexpected"] = unexpected;
        }

        if (missing.Count > 0)
        {
            mismatched["missing"] = missing;
        }

        return mismatched.Count is 0 ? null : new() { ["mismatched"] = Finding.Json(mismatched) };
    }
}
