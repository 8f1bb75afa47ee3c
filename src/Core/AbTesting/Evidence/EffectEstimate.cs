using System.Text.Json.Serialization;

namespace Mlops.AbTesting;

/// <summary>A metric's level in two arms and how well their difference is known.</summary>
/// <param name="Control">The level in the control.</param>
/// <param name="Treatment">The level in the other arm.</param>
/// <param name="StandardError">Of the difference; 0 while it cannot be known.</param>
/// <param name="ControlUnits">Units that the control's level rests on.</param>
/// <param name="TreatmentUnits">Units that the other arm's level rests on.</param>
public sealed record EffectEstimate(
    double Control, double Treatment, double StandardError, long ControlUnits, long TreatmentUnits)
{
    // Of an arm, for its variance to be told.
    private const int FewestUnits = 2;

    [JsonIgnore]
    public double Difference => Treatment - Control;

    [JsonIgnore]
    public long Units => ControlUnits + TreatmentUnits;

    public static EffectEstimate OfMeans(MeanSums control, MeanSums treatment) => new(
        control.Mean,
        treatment.Mean,
        Math.Sqrt(SquaredError(control.Variance, control.Count, treatment.Variance, treatment.Count)),
        control.Count,
        treatment.Count);

    public static EffectEstimate OfProportions(ProportionSums control, ProportionSums treatment) => new(
        control.Share,
        treatment.Share,
        Math.Min(control.Count, treatment.Count) > 0
            ? Math.Sqrt((control.Share * (1 - control.Share) / control.Count) + (treatment.Share * (1 - treatment.Share) / treatment.Count))
            : 0,
        control.Count,
        treatment.Count);

    /// <summary>Of two ratios of sums, such as clicks by views, where units bring many views each.</summary>
    /// <remarks>
    /// Delta method by unit: Var(Ȳ / X̄) ≈ (σy² − 2Rσxy + R²σx²) / (n X̄²). A. Deng, U. Knoblich and J. Lu, "Applying the delta method in
    /// metric analytics", KDD 2018.
    /// </remarks>
    /// <exception cref="ArgumentException">The denominators of an arm with units have no positive sum.</exception>
    public static EffectEstimate OfRatios(PairSums control, PairSums treatment)
    {
        var (first, second) = (Ratio(control), Ratio(treatment));
        var squaredError = SquaredError(first.Variance, control.Count, second.Variance, treatment.Count);
        return new(first.Value, second.Value, Math.Sqrt(squaredError), control.Count, treatment.Count);
    }

    /// <summary>Of a test whose weights were changed while it ran: the differences under each weights, averaged.</summary>
    /// <remarks>
    /// Adding up sums over different weights would compare a treatment's Saturdays with a control's Mondays: whatever moves a metric
    /// in time would look like an effect. Each difference counts by what it can tell, n n' / (n + n') of its arms' units, so that a
    /// revision that brought next to no units to an arm does no harm.
    /// </remarks>
    /// <param name="strata">One or more, one for each revision of the weights.</param>
    public static EffectEstimate Pooled(IReadOnlyList<EffectEstimate> strata)
    {
        var told = strata.Where(stratum => Math.Min(stratum.ControlUnits, stratum.TreatmentUnits) >= FewestUnits).ToList();
        if (told.Count is 0)
        {
            return strata[^1];
        }

        var weights = told.Select(stratum => (double)stratum.ControlUnits * stratum.TreatmentUnits / stratum.Units).ToList();
        double Average(Func<EffectEstimate, double> value) =>
            told.Zip(weights, (stratum, weight) => weight * value(stratum)).Sum() / weights.Sum();
        return new(
            Average(stratum => stratum.Control),
            Average(stratum => stratum.Treatment),
            Math.Sqrt(told.Zip(weights, (stratum, weight) => Math.Pow(weight * stratum.StandardError, 2)).Sum()) / weights.Sum(),
            told.Sum(stratum => stratum.ControlUnits),
            told.Sum(stratum => stratum.TreatmentUnits));
    }

    /// <returns>The ratio, and the variance of one unit's part in it.</returns>
    internal static (double Value, double Variance) Ratio(PairSums arm)
    {
        if (arm.Count is 0)
        {
            return (0, 0);
        }

        if (arm.Other.Mean <= 0)
        {
            throw new ArgumentException($"The denominators of {arm.Count} units have the mean {arm.Other.Mean}, which is not positive.");
        }

        var ratio = arm.Value.Mean / arm.Other.Mean;
        var variance = arm.Value.Variance - (2 * ratio * arm.Covariance) + (ratio * ratio * arm.Other.Variance);
        return (ratio, Math.Max(0, variance) / (arm.Other.Mean * arm.Other.Mean));
    }

    /// <summary>With each arm's own variance, or with one for both if that is more; 0 while an arm's cannot be told.</summary>
    /// <remarks>
    /// A small arm of skewed values has not yet seen the large ones: its own variance is too small just when its mean is off. The
    /// pooled one helps where it matters, in unequal arms; in equal arms both are the same.
    /// </remarks>
    private static double SquaredError(double first, long firstCount, double second, long secondCount)
    {
        if (Math.Min(firstCount, secondCount) < FewestUnits)
        {
            return 0;
        }

        var pooled = (((firstCount - 1) * first) + ((secondCount - 1) * second)) / (firstCount + secondCount - 2);
        return Math.Max((first / firstCount) + (second / secondCount), (pooled / firstCount) + (pooled / secondCount));
    }
}
