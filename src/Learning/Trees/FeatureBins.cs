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

    private FeatureBins(ReadOnlySpan<float> edges, bool hasMissing, bool isCategorical)
    {
        (Count, HasMissing, IsCategorical) = (edges.Length + 1, hasMissing, isCategorical);
        edges.CopyTo(_padded);
        _padded.AsSpan(edges.Length).Fill(float.PositiveInfinity);
    }

    /// <summary>The bins of a column of zeros and ones.</summary>
    public static FeatureBins Indicator { get; } = new([0.5f], hasMissing: false, isCategorical: false);

    /// <summary>Those of a column in which all rows are alike.</summary>
    public static FeatureBins Constant { get; } = new([], hasMissing: false, isCategorical: false);

    /// <summary>Ascending; one fewer than <see cref="Count"/>.</summary>
    public ReadOnlySpan<float> Edges => _padded.AsSpan(0, Count - 1);

    /// <summary>Whether training has seen a missing value; it is in the bin numbered <see cref="Count"/>.</summary>
    public bool HasMissing { get; }

    /// <summary>Whether values are ranks of categories, whose order means nothing.</summary>
    public bool IsCategorical { get; }

    /// <summary>The bin of what is missing; −1 if training has seen nothing missing.</summary>
    public int MissingBin => HasMissing ? Count : -1;

    /// <summary>How many bins hold values.</summary>
    public int Count { get; }

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
        Span<float> edges = stackalloc float[maxBins];
        var count = MidpointsBetweenDistinct(present, edges) ?? Quantiles(present, edges);

        // Where all is missing there is nothing to tell apart.
        return new FeatureBins(edges[..count], hasMissing && present.Length > 0, isCategorical: false);
    }

    /// <param name="levels">How many categories there are; the more frequent have the lower ranks.</param>
    public static FeatureBins OfCategories(int levels, bool hasMissing, bool hasPresent, int maxBins)
    {
        var edges = Enumerable.Range(0, Math.Min(levels, maxBins) - 1).Select(rank => rank + 0.5f);
        return new FeatureBins(hasPresent ? [.. edges] : [], hasMissing && hasPresent, isCategorical: true);
    }

    /// <summary>Numbers up to and including it are in this bin or one before it; infinite for the last, which has all others.</summary>
    public float Threshold(int bin) => _padded[bin];

    /// <summary>The bin of a value: the first whose edge is not below it.</summary>
    public byte Find(float value)
    {
        Span<byte> found = [0];
        FindAll([value], found, stride: 1);
        return found[0];
    }

    /// <summary>The bin of the value at i goes to <paramref name="stride"/> · i.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void FindAll(ReadOnlySpan<float> values, Span<byte> bins, int stride)
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
            bins[stride * i] = float.IsNaN(value) ? missing : (byte)low;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Step(ref float edges, float value, int low, int half) =>
        low + ((Unsafe.Add(ref edges, low + half - 1) < value ? 1 : 0) * half);

    /// <param name="edges">Room for as many as there may be bins.</param>
    /// <returns>How many edges there are; null if they would make too many bins.</returns>
    private static int? MidpointsBetweenDistinct(ReadOnlySpan<float> sorted, Span<float> edges)
    {
        var count = 0;
        for (var i = 1; i < sorted.Length; i++)
        {
            if (sorted[i - 1] < sorted[i])
            {
                edges[count++] = Midpoint(sorted[i - 1], sorted[i]);
                if (count >= edges.Length)
                {
                    return null;
                }
            }
        }

        return count;
    }

    private static int Quantiles(ReadOnlySpan<float> sorted, Span<float> edges)
    {
        var count = 0;
        for (var i = 1; i < edges.Length; i++)
        {
            var position = (double)i / edges.Length * (sorted.Length - 1);
            var edge = Midpoint(sorted[(int)Math.Floor(position)], sorted[(int)Math.Ceiling(position)]);

            // An edge at the maximum would have nothing above it.
            if (edge < sorted[^1] && (count is 0 || edge > edges[count - 1]))
            {
                edges[count++] = edge;
            }
        }

        return count;
    }

    private static float Midpoint(float low, float high)
    {
        var middle = (float)(low + (((double)high - low) / 2));
        return middle >= low && middle < high ? middle : low;
    }
}
