using System.Text.Json.Serialization;

namespace Mlops.AbTesting;

/// <summary>What is kept of one arm's yes-or-no metric, one answer a unit: how many, and how many yes.</summary>
/// <remarks>
/// A bound on a quantile is such a metric: that the 95th percentile of latency is at most 200 ms says that at most 5 % exceed 200 ms,
/// so <c>Add(milliseconds > 200)</c> and compare the shares. Where a unit stays in its arm for many requests, its requests are alike
/// and no evidence each: sum them by unit and compare <see cref="EffectEstimate.OfRatios"/> of slow requests by requests.
/// </remarks>
public sealed record ProportionSums
{
    /// <param name="count">Not negative.</param>
    /// <param name="successes">From 0 to <paramref name="count"/>.</param>
    public ProportionSums(long count, long successes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfNegative(successes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(successes, count);
        (Count, Successes) = (count, successes);
    }

    public static ProportionSums Empty { get; } = new(0, 0);

    public long Count { get; }

    public long Successes { get; }

    [JsonIgnore]
    public long Failures => Count - Successes;

    /// <summary>The share of yes; 0 of none.</summary>
    [JsonIgnore]
    public double Share => Count > 0 ? (double)Successes / Count : 0;

    public ProportionSums Add(bool success) => new(Count + 1, Successes + (success ? 1 : 0));

    public ProportionSums Merge(ProportionSums other) => new(Count + other.Count, Successes + other.Successes);
}
