using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Mlops.Learning;

/// <summary>
/// The bins of one column: values up to and including each edge, the last bin taking the rest, and one more for what is missing.
/// </summary>
/// <remarks>
/// A column with no more distinct values than bins has an edge midway between neighbours; else edges are the midpoint quantiles, as in
/// scikit-learn's HistGradientBoosting. Edges are single precision and lie at or above the lower neighbour and below the upper,
/// so that "x ≤ edge" is decided by the graph as it is by the bin. Categories, which come as ranks from 0, have a bin each; those beyond
/// the number of bins share the last.
/// </remarks>
internal sealed class FeatureBins
{
    public const int MaxBins = 255;

    private readonly float[] _padded = new float[MaxBins];

    private FeatureBins(float[] edges, bool hasMissing, bool isCategorical)
    {
        (Edges, HasMissing, IsCategorical) = (edges, hasMissing, isCategorical);
        edges.CopyTo(_padded, 0);
        _padded.AsSpan(edges.Length).Fill(float.PositiveInfinity);
    }

    /// <summary>The bins of a column of zeros and ones.</summary>
    public static FeatureBins Indicator { get; } = new([0.5f], hasMissing: false, isCategorical: false);

    /// <summary>Those of a column in which all rows are alike.</summary>
    public static FeatureBins Constant { get; } = new([], hasMissing: false, isCategorical: false);

    /// <summary>Ascending; one fewer than <see cref="Count"/>.</summary>
    public float[] Edges { get; }

    /// <summary>Whether training has seen a missing value; it is in the bin numbered <see cref="Count"/>.</summary>
    public bool HasMissing { get; }

    /// <summary>Whether values are ranks of categories, whose order means nothing.</summary>
    public bool IsCategorical { get; }

    /// <summary>The bin of what is missing; −1 if training has seen nothing missing.</summary>
    public int MissingBin => HasMissing ? Count : -1;

    /// <summary>How many bins hold values.</summary>
    public int Count => Edges.Length + 1;

    /// <summary>How many bins there are in all.</summary>
    public int Width => Count + (HasMissing ? 1 : 0);

    /// <summary>Whether rows can differ in this column.</summary>
    public bool IsUsable => Width > 1;

    /// <param name="values">The column in any order, or a sample of it; NaN is missing. Put in another order.</param>
    /// <param name="spare">Room for as many values, to sort with.</param>
    /// <param name="hasMissing">Whether the column has a missing value, in the sample or out of it.</param>
    public static FeatureBins Learn(Span<float> values, Span<uint> spare, bool hasMissing, int maxBins)
    {
        var present = FloatSort.Present(values, values, spare);
        var edges = MidpointsBetweenDistinct(present, maxBins) ?? Quantiles(present, maxBins);

        // Where all is missing there is nothing to tell apart.
        return new FeatureBins(edges, hasMissing && present.Length > 0, isCategorical: false);
    }

    /// <param name="levels">How many categories there are; the more frequent have the lower ranks.</param>
    public static FeatureBins OfCategories(int levels, bool hasMissing, bool hasPresent, int maxBins)
    {
        var edges = Enumerable.Range(0, Math.Min(levels, maxBins) - 1).Select(rank => rank + 0.5f);
        return new FeatureBins(hasPresent ? [.. edges] : [], hasMissing && hasPresent, isCategorical: true);
    }

    /// <summary>The bin of a value: the first whose edge is not below it.</summary>
    public byte Find(float value)
    {
        Span<byte> found = [0];
        FindAll([value], found);
        return found[0];
    }

    /// <summary>The bin of the value at i goes to 8 i.</summary>
    public void FindAll(ReadOnlySpan<float> values, Span<byte> bins)
    {
        var missing = (byte)(HasMissing ? Count : 0);
        ref var edges = ref MemoryMarshal.GetArrayDataReference(_padded);
        for (var i = 0; i < values.Length; i++)
        {
            // Eight halvings without a branch to guess wrongly. Every comparison with NaN is false.
            var value = values[i];
            var low = Step(ref edges, value, 0, 128);
            low = Step(ref edges, value, low, 64);
            low = Step(ref edges, value, low, 32);
            low = Step(ref edges, value, low, 16);
            low = Step(ref edges, value, low, 8);
            low = Step(ref edges, value, low, 4);
            low = Step(ref edges, value, low, 2);
            low = Step(ref edges, value, low, 1);
            bins[8 * i] = float.IsNaN(value) ? missing : (byte)low;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Step(ref float edges, float value, int low, int half) =>
        low + ((Unsafe.Add(ref edges, low + half - 1) < value ? 1 : 0) * half);

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
