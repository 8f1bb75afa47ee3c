namespace Mlops.Learning;

/// <summary>The training table with every value replaced by the number of its bin: one byte each, column by column.</summary>
internal sealed class BinnedMatrix
{
    private const int SampleRows = 200_000;

    private readonly byte[] _bins;

    private BinnedMatrix(int rows, FeatureBins[] columns)
    {
        (Rows, Columns) = (rows, columns);
        _bins = new byte[(long)rows * columns.Length];
        Offsets = new int[columns.Length + 1];
        for (var i = 0; i < columns.Length; i++)
        {
            Offsets[i + 1] = Offsets[i] + columns[i].Width;
        }
    }

    public int Rows { get; }

    public FeatureBins[] Columns { get; }

    /// <summary>Where the bins of each column start in a histogram of all columns; the last entry is its length.</summary>
    public int[] Offsets { get; }

    public ReadOnlySpan<byte> this[int column] => _bins.AsSpan(column * Rows, Rows);

    /// <summary>Learns bins from at most 200,000 rows, drawn at random if there are more, and applies them to all.</summary>
    public static BinnedMatrix Build(float[][] columns, int rows, int maxBins, DeterministicRandom random, int threads)
    {
        int[] sample = [.. Enumerable.Range(0, rows)];
        if (rows > SampleRows)
        {
            random.Shuffle(sample);
            sample = sample[..SampleRows];
        }

        var bins = new FeatureBins[columns.Length];
        Chunks.Run(threads, columns.Length, column =>
        {
            var values = columns[column];
            var drawn = sample.Length == rows ? values : Array.ConvertAll(sample, row => values[row]);
            bins[column] = FeatureBins.Learn(drawn, Array.Exists(values, float.IsNaN), maxBins);
        });
        var matrix = new BinnedMatrix(rows, bins);
        Chunks.Run(threads, columns.Length, column => matrix.Fill(column, columns[column]));
        return matrix;
    }

    private void Fill(int column, float[] values)
    {
        var target = _bins.AsSpan(column * Rows, Rows);
        var bins = Columns[column];
        for (var row = 0; row < target.Length; row++)
        {
            target[row] = bins.Find(values[row]);
        }
    }
}
