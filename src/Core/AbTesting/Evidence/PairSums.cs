using System.Text.Json.Serialization;

namespace Mlops.AbTesting;

/// <summary>
/// What is kept of one arm's pairs, one pair a unit: of a metric and a covariate known before the test, or of a ratio's numerator and
/// denominator.
/// </summary>
/// <remarks>As <see cref="MeanSums"/>, with the sum of the products of the distances.</remarks>
public sealed record PairSums
{
    /// <param name="value">The metric's, or the numerator's.</param>
    /// <param name="other">The covariate's, or the denominator's; of as many units.</param>
    /// <param name="products">The sum of (value − mean)(other − mean).</param>
    public PairSums(MeanSums value, MeanSums other, double products)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(other.Count, value.Count);
        Observed.ThrowIfNotFinite(products);
        (Value, Other, Products) = (value, other, products);
    }

    public static PairSums Empty { get; } = new(MeanSums.Empty, MeanSums.Empty, 0);

    public MeanSums Value { get; }

    public MeanSums Other { get; }

    public double Products { get; }

    [JsonIgnore]
    public long Count => Value.Count;

    /// <summary>The sample covariance (n − 1); 0 of fewer than two.</summary>
    [JsonIgnore]
    public double Covariance => Count > 1 ? Products / (Count - 1) : 0;

    /// <param name="value">Finite.</param>
    /// <param name="other">Finite.</param>
    public PairSums Add(double value, double other)
    {
        var added = Value.Add(value);
        return new(added, Other.Add(other), Products + ((value - added.Mean) * (other - Other.Mean)));
    }

    /// <summary>What is left if a pair that was added had not been: to put a unit's new totals in the place of its old ones.</summary>
    public PairSums Remove(double value, double other)
    {
        var left = Value.Remove(value);
        return left.Count is 0 ? Empty : new(left, Other.Remove(other), Products - ((value - left.Mean) * (other - Other.Mean)));
    }

    public PairSums Merge(PairSums other)
    {
        if (Count is 0 || other.Count is 0)
        {
            return Count is 0 ? other : this;
        }

        var both = (double)Count * other.Count / (Count + other.Count);
        return new(
            Value.Merge(other.Value),
            Other.Merge(other.Other),
            Products + other.Products + ((other.Value.Mean - Value.Mean) * (other.Other.Mean - Other.Mean) * both));
    }
}
