namespace Mlops.Learning;

/// <summary>
/// The bins of one column: values up to and including each edge, the last bin taking the rest, and one more for what is missing.
/// </summary>
/// <remarks>
/// A column with no more distinct values than bins has an edge midway between neighbours; else edges are the midpoint quantiles, as in
/// scikit-learn's HistGradientBoosting. Edges are single precision and lie at or above the lower neighbour and below the upper,
/// so that "x ≤ edge" is decided by the graph as it is by the bin.
/// </remarks>
internal sealed class FeatureBins
{
    public const int MaxBins = 255;

    private FeatureBins(float[] edges, bool hasMissing) => (Edges, HasMissing) = (edges, hasMissing);

    /// <summary>Ascending; one fewer than <see cref="Count"/>.</summary>
    public float[] Edges { get; }

    /// <summary>Whether training has seen a missing value; it is in the bin numbered <see cref="Count"/>.</summary>
    public bool HasMissing { get; }

    /// <summary>How many bins hold values.</summary>
    public int Count => Edges.Length + 1;

    /// <summary>How many bins there are in all.</summary>
    public int Width => Count + (HasMissing ? 1 : 0);

    /// <summary>Whether rows can differ in this column.</summary>
    public bool IsUsable => Width > 1;

    /// <param name="values">The column in any order, or a sample of it; NaN is missing.</param>
    /// <param name="hasMissing">Whether the column has a missing value, in the sample or out of it.</param>
    public static FeatureBins Learn(ReadOnlySpan<float> values, bool hasMissing, int maxBins)
    {
        var sorted = values.ToArray();
        Array.Sort(sorted);

        // NaN sorts first.
        var missing = 0;
        while (missing < sorted.Length && float.IsNaN(sorted[missing]))
        {
            missing++;
        }

        var present = sorted.AsSpan(missing);
        var edges = MidpointsBetweenDistinct(present, maxBins) ?? Quantiles(present, maxBins);

        // Where all is missing there is nothing to tell apart.
        return new FeatureBins(edges, hasMissing && present.Length > 0);
    }

    /// <summary>The bin of a value: the first whose edge is not below it.</summary>
    public byte Find(float value)
    {
        if (float.IsNaN(value))
        {
            return (byte)(HasMissing ? Count : 0);
        }

        var low = 0;
        var high = Edges.Length;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (value <= Edges[middle])
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }

        return (byte)low;
    }

    private static float[]? MidpointsBetweenDistinct(ReadOnlySpan<float> sorted, int maxBins)
    {
        var edges = new List<float>();
        for (var i = 1; i < sorted.Length; i++)
        {
            if (sorted[i - 1] < sorted[i])
            {
                edges.Add(Midpoint(sorted[i - 1], sorted[i]));
                if (edges.Count >= maxBins)
                {
                    return null;
                }
            }
        }

        return [.. edges];
    }

    private static float[] Quantiles(ReadOnlySpan<float> sorted, int maxBins)
    {
        var edges = new List<float>();
        for (var i = 1; i < maxBins; i++)
        {
            var position = (double)i / maxBins * (sorted.Length - 1);
            var edge = Midpoint(sorted[(int)Math.Floor(position)], sorted[(int)Math.Ceiling(position)]);

            // An edge at the maximum would have nothing above it.
            if (edge < sorted[^1] && (edges.Count is 0 || edge > edges[^1]))
            {
                edges.Add(edge);
            }
        }

        return [.. edges];
    }

    private static float Midpoint(float low, float high)
    {
        var middle = (float)(low + (((double)high - low) / 2));
        return middle >= low && middle < high ? middle : low;
    }
}
