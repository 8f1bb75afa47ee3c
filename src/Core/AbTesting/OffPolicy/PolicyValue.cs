using System.Text.Json.Serialization;
using Mlops.Statistics;

namespace Mlops.AbTesting;

/// <summary>A choice that was logged with the chance it had, and what came of it.</summary>
/// <param name="Propensity">The chance that the logged arm had; over 0, up to 1.</param>
/// <param name="Target">The chance that the policy in question would have given that arm; from 0 to 1. A policy that always plays one
/// arm gives 1 or 0.</param>
/// <param name="Reward">Finite.</param>
public sealed record LoggedReward(double Propensity, double Target, double Reward);

/// <summary>What a model of rewards expected of a logged choice, before its reward was known.</summary>
/// <param name="OfArm">Of the logged arm.</param>
/// <param name="OfPolicy">Of the policy in question: the average over all arms by its chances.</param>
public sealed record ModelledReward(double OfArm, double OfPolicy);

/// <summary>An estimate of the reward that a policy would have got.</summary>
/// <param name="Low">Of a confidence interval for one look.</param>
/// <param name="High">Of the same interval.</param>
public sealed record PolicyEstimate(double Value, double StandardError, double Low, double High)
{
    /// <returns>Nothing of fewer than two values.</returns>
    public static PolicyEstimate? Of(MeanSums sums, double confidence)
    {
        if (sums.Count < 2)
        {
            return null;
        }

        return Of(sums.Mean, Math.Sqrt(sums.Variance / sums.Count), confidence);
    }

    internal static PolicyEstimate Of(double value, double standardError, double confidence)
    {
        Observed.ThrowIfNotBetween0And1(confidence);
        var reach = NormalDistribution.TwoSidedZ(confidence) * standardError;
        return new(value, standardError, value - reach, value + reach);
    }
}

/// <summary>What another policy would have got, told from what this one logged. State: merges and serialises.</summary>
/// <remarks>
/// Inverse propensity weights w = target / propensity, and with a model of rewards the doubly robust estimate (M. Dudík, J. Langford
/// and L. Li, "Doubly robust policy evaluation and learning", 2011), which is right if either propensities or model are. Clipping at M
/// replaces w by min(w, M): less variance, and a bias towards 0 or the model. Propensities must be those that choices were made by,
/// which may have changed from batch to batch. Intervals are by the central limit theorem.
/// </remarks>
public sealed record PolicyValue
{
    /// <param name="greatestWeight">Where weights are clipped; over 0.</param>
    public PolicyValue(double? greatestWeight = null)
        : this(greatestWeight, PairSums.Empty, MeanSums.Empty, 0, 0)
    {
    }

    [JsonConstructor]
    public PolicyValue(double? greatestWeight, PairSums weighted, MeanSums corrected, double squaredWeights, long clipped)
    {
        if (greatestWeight is { } greatest)
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(greatest);
        }

        ArgumentOutOfRangeException.ThrowIfNegative(squaredWeights);
        ArgumentOutOfRangeException.ThrowIfNegative(clipped);
        (GreatestWeight, Weighted, Corrected) = (greatestWeight, weighted, corrected);
        (SquaredWeights, Clipped) = (squaredWeights, clipped);
    }

    public double? GreatestWeight { get; }

    /// <summary>Weighted rewards, and the weights.</summary>
    public PairSums Weighted { get; }

    /// <summary>What the model expected of the policy, put right by the weighted error at the logged arm.</summary>
    public MeanSums Corrected { get; }

    public double SquaredWeights { get; }

    /// <summary>Choices whose weight was clipped.</summary>
    public long Clipped { get; }

    [JsonIgnore]
    public long Count => Weighted.Count;

    /// <summary>How many choices of the policy in question these are worth: (Σw)² / Σw².</summary>
    [JsonIgnore]
    public double EffectiveSampleSize =>
        SquaredWeights > 0 ? Math.Pow(Weighted.Other.Mean * Weighted.Count, 2) / SquaredWeights : 0;

    /// <param name="expected">Of every choice or of none.</param>
    public PolicyValue Add(LoggedReward logged, ModelledReward? expected = null)
    {
        if (!(logged.Propensity is > 0 and <= 1) || !(logged.Target is >= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(
                nameof(logged), logged, "Expected a propensity over 0 and up to 1, and a target from 0 to 1.");
        }

        var full = logged.Target / logged.Propensity;
        var weight = Math.Min(full, GreatestWeight ?? double.PositiveInfinity);
        return new(
            GreatestWeight,
            Weighted.Add(weight * logged.Reward, weight),
            expected is null ? Corrected : Corrected.Add(expected.OfPolicy + (weight * (logged.Reward - expected.OfArm))),
            SquaredWeights + (weight * weight),
            Clipped + (weight < full ? 1 : 0));
    }

    /// <exception cref="ArgumentException">The other clips elsewhere.</exception>
    public PolicyValue Merge(PolicyValue other) => other.GreatestWeight.Equals(GreatestWeight)
        ? new(
            GreatestWeight,
            Weighted.Merge(other.Weighted),
            Corrected.Merge(other.Corrected),
            SquaredWeights + other.SquaredWeights,
            Clipped + other.Clipped)
        : throw new ArgumentException($"Weights clipped at {other.GreatestWeight} do not add to those at {GreatestWeight}.", nameof(other));

    /// <summary>The mean of weighted rewards: unbiased without clipping, and wide.</summary>
    /// <returns>Nothing of fewer than two choices.</returns>
    public PolicyEstimate? InversePropensity(double confidence = 0.95) => PolicyEstimate.Of(Weighted.Value, confidence);

    /// <summary>The sum of weighted rewards over the sum of weights: a little biased, and steadier.</summary>
    /// <returns>Nothing of fewer than two choices, or while the policy in question would have made none of them.</returns>
    public PolicyEstimate? SelfNormalized(double confidence = 0.95)
    {
        if (Weighted.Count < 2 || Weighted.Other.Mean <= 0)
        {
            return null;
        }

        var (value, variance) = EffectEstimate.Ratio(Weighted);
        return PolicyEstimate.Of(value, Math.Sqrt(variance / Weighted.Count), confidence);
    }

    /// <summary>The model's mean put right by weighted errors.</summary>
    /// <returns>Nothing of fewer than two choices, or if not all came with what a model expected.</returns>
    public PolicyEstimate? DoublyRobust(double confidence = 0.95) =>
        Corrected.Count == Weighted.Count ? PolicyEstimate.Of(Corrected, confidence) : null;
}
