namespace Mlops.Learning;

/// <summary>The columns of a table as trees see them.</summary>
/// <param name="Columns">All of them.</param>
/// <param name="Indicators">Those that are the levels of one-hot categories.</param>
internal sealed record TreeColumns(LazyColumn[] Columns, IReadOnlyList<Indicators> Indicators)
{
    public static TreeColumns Of(LazyColumn[] columns) => new(columns, []);
}

/// <summary>The columns of a one-hot category: 1 in rows of the column's own level, else 0.</summary>
/// <param name="First">The index of the first among all columns; the others follow.</param>
/// <param name="Width">How many they are.</param>
/// <param name="Codes">Which of them is 1 in each row; <see cref="CategoryLevels.Unknown"/> if none is.</param>
internal sealed record Indicators(int First, int Width, int[] Codes)
{
    public LazyColumn Column(int level) => (start, values) =>
    {
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = Codes[start + i] == level ? 1 : 0;
        }
    };

    /// <summary>The bins of each column, as they would be learned from its zeros and ones.</summary>
    /// <param name="sample">The rows to learn from; empty for all.</param>
    public FeatureBins[] Learn(int[] sample)
    {
        var counts = new int[Width];
        var rows = sample.Length is 0 ? Codes.Length : sample.Length;
        for (var i = 0; i < rows; i++)
        {
            var code = Codes[sample.Length is 0 ? i : sample[i]];
            if (code is not CategoryLevels.Unknown)
            {
                counts[code]++;
            }
        }

        return Array.ConvertAll(counts, count => count > 0 && count < rows ? FeatureBins.Indicator : FeatureBins.Constant);
    }
}
