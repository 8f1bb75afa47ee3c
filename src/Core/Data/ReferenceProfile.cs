namespace Mlops.Data;

/// <summary>How a column was distributed when a model was trained: what live traffic is compared with.</summary>
public abstract record ColumnProfile
{
    private ColumnProfile(string name, long missing) => (Name, Missing) = (name, missing);

    public string Name { get; }

    /// <summary>Rows without a value.</summary>
    public long Missing { get; }

    /// <summary>
    /// Numbers counted into bins: bin i holds values over <c>Edges[i-1]</c> up to and including <c>Edges[i]</c>, the first from the
    /// minimum on.
    /// </summary>
    /// <param name="Minimum">The least value; below it a live value is out of range.</param>
    /// <param name="Edges">Ascending upper bounds; the last is the greatest value, above which a live value is out of range.</param>
    /// <param name="Counts">Rows in each bin.</param>
    public sealed record Numeric(string Column, double Minimum, IReadOnlyList<double> Edges, IReadOnlyList<long> Counts, long MissingRows)
        : ColumnProfile(Column, MissingRows);

    /// <param name="Levels">The most frequent values, most frequent first, equals in ordinal order.</param>
    /// <param name="Counts">Rows with each.</param>
    /// <param name="Other">Rows with any other value.</param>
    public sealed record Categorical(string Column, IReadOnlyList<string> Levels, IReadOnlyList<long> Counts, long Other, long MissingRows)
        : ColumnProfile(Column, MissingRows);
}

/// <summary>The distribution of a model's inputs and outputs at training time.</summary>
public sealed record ReferenceProfile(
    long Rows, IReadOnlyList<ColumnProfile.Numeric> Numeric, IReadOnlyList<ColumnProfile.Categorical> Categorical)
{
    /// <summary>At most this many quantile bins a column.</summary>
    public const int MaxBins = 256;

    /// <summary>At most this many named categories a column.</summary>
    public const int MaxLevels = 100;

    public static ReferenceProfile Of(IEnumerable<Column> columns)
    {
        var all = columns.ToList();
        return new ReferenceProfile(
            all.Count is 0 ? 0 : all[0].Length,
            [.. all.OfType<NumericColumn>().Select(column => Profile(column.Name, column.Values))],
            [.. all.OfType<StringColumn>().Select(Profile)]);
    }

    /// <summary>Bins by quantile, so that each holds about as many rows as ties allow.</summary>
    public static ColumnProfile.Numeric Profile(string name, double[] values)
    {
        var sorted = values.Where(double.IsFinite).Order().ToArray();
        var edges = new List<double>();
        var counts = new List<long>();
        var from = 0;
        for (var bin = 1; bin <= MaxBins && from < sorted.Length; bin++)
        {
            var edge = sorted[Math.Max(from, (int)((long)sorted.Length * bin / MaxBins) - 1)];
            var to = from;
            while (to < sorted.Length && sorted[to] <= edge)
            {
                to++;
            }

            edges.Add(edge);
            counts.Add(to - from);
            from = to;
        }

        return new ColumnProfile.Numeric(name, sorted.Length is 0 ? 0 : sorted[0], edges, counts, values.Length - sorted.Length);
    }

    private static ColumnProfile.Categorical Profile(StringColumn column)
    {
        var counts = new long[column.Levels.Length];
        long missing = 0;
        foreach (var code in column.Codes)
        {
            if (code is StringColumn.Missing)
            {
                missing++;
            }
            else
            {
                counts[code]++;
            }
        }

        var top = Enumerable.Range(0, counts.Length)
            .Where(code => counts[code] > 0)
            .OrderByDescending(code => counts[code]).ThenBy(code => column.Levels[code], StringComparer.Ordinal)
            .Take(MaxLevels)
            .ToList();
        return new ColumnProfile.Categorical(
            column.Name,
            [.. top.Select(code => column.Levels[code])],
            [.. top.Select(code => counts[code])],
            column.Length - missing - top.Sum(code => counts[code]),
            missing);
    }
}

/// <summary>What a model saw and said when it was made.</summary>
/// <param name="Inputs">The features of the training rows.</param>
/// <param name="Outputs">A column for each class's probability, or one for the value, on the held-out rows.</param>
public sealed record ModelProfile(ReferenceProfile Inputs, ReferenceProfile Outputs);
