using System.Text.Json.Serialization;

namespace Mlops.AbTesting;

/// <summary>What is kept of one arm's values of a metric, one value a unit: how many, their mean and their squared distances from
/// it.</summary>
/// <remarks>
/// B. P. Welford's recurrence (1962); merging by T. F. Chan, G. H. Golub and R. J. LeVeque (1979). Sums of parts merge to the sums of
/// the whole in any order, up to rounding.
/// </remarks>
public sealed record MeanSums
{
    /// <param name="count">Not negative.</param>
    /// <param name="squares">The sum of (value − mean)²; not negative.</param>
    public MeanSums(long count, double mean, double squares)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        Observed.ThrowIfNotFinite(mean);
        Observed.ThrowIfNotFinite(squares);
        ArgumentOutOfRangeException.ThrowIfNegative(squares);
        (Count, Mean, Squares) = (count, mean, squares);
    }

    public static MeanSums Empty { get; } = new(0, 0, 0);

    public long Count { get; }

    public double Mean { get; }

    public double Squares { get; }

    /// <summary>The sample variance (n − 1); 0 of fewer than two.</summary>
    [JsonIgnore]
    public double Variance => Count > 1 ? Squares / (Count - 1) : 0;

    /// <param name="value">Finite.</param>
    public MeanSums Add(double value)
    {
        Observed.ThrowIfNotFinite(value);
        var delta = value - Mean;
        var mean = Mean + (delta / (Count + 1));
        return new(Count + 1, mean, Squares + (delta * (value - mean)));
    }

    /// <summary>What is left if a value that was added had not been: to take a unit out, or to put its new total in.</summary>
    public MeanSums Remove(double value)
    {
        ArgumentOutOfRangeException.ThrowIfZero(Count);
        if (Count is 1)
        {
            return Empty;
        }

        var mean = Mean - ((value - Mean) / (Count - 1));
        return new(Count - 1, mean, Math.Max(0, Squares - ((value - Mean) * (value - mean))));
    }

    public MeanSums Merge(MeanSums other)
    {
        var count = Count + other.Count;
        if (Count is 0 || other.Count is 0)
        {
            return Count is 0 ? other : this;
        }

        var delta = other.Mean - Mean;
        var share = (double)other.Count / count;
        return new(count, Mean + (delta * share), Squares + other.Squares + (delta * delta * Count * share));
    }
}
