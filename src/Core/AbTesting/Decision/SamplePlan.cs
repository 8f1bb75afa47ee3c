using Mlops.Statistics;

namespace Mlops.AbTesting;

/// <summary>How many units a test needs, and what it can see with those it has.</summary>
public static class SamplePlan
{
    /// <summary>Units per arm for a test that is looked at once, at the end: the plan people know, for display.</summary>
    /// <remarks>2 (z(1 − α/2) + z(power))² σ² / δ².</remarks>
    /// <param name="standardDeviation">Of one unit's value.</param>
    /// <param name="effect">The difference to be seen, not 0.</param>
    public static long UnitsPerArm(double standardDeviation, double effect, double alpha = 0.05, double power = 0.8) =>
        Units(2 * standardDeviation * standardDeviation, effect, alpha, power);

    /// <summary>The same for proportions.</summary>
    /// <param name="control">Over 0 and under 1.</param>
    /// <param name="treatment">Over 0 and under 1; not the control's.</param>
    public static long UnitsPerArmOfProportions(double control, double treatment, double alpha = 0.05, double power = 0.8)
    {
        Observed.ThrowIfNotBetween0And1(control);
        Observed.ThrowIfNotBetween0And1(treatment);
        return Units((control * (1 - control)) + (treatment * (1 - treatment)), treatment - control, alpha, power);
    }

    /// <summary>The difference that a look at the sequential test would show with the given chance, at the units that are in.</summary>
    /// <remarks>Of this look alone: looks before it may already have shown it, so it is a little too great.</remarks>
    /// <returns>In the metric's unit; absent while too few units are in.</returns>
    public static double? DetectableEffect(EffectEstimate effect, SequentialDesign design, double power = 0.8)
    {
        Observed.ThrowIfNotBetween0And1(power);
        return effect.StandardError > 0
            ? effect.StandardError * (CriticalZ(effect, design) + NormalDistribution.UpperQuantile(1 - power))
            : null;
    }

    /// <summary>The chance that a look at the sequential test, at the units that are in, shows a true difference of the given
    /// size.</summary>
    /// <remarks>Of this look alone, so a little too small.</remarks>
    public static double PowerSoFar(EffectEstimate effect, double difference, SequentialDesign design)
    {
        if (effect.StandardError <= 0)
        {
            return 0;
        }

        var (z, critical) = (Math.Abs(difference) / effect.StandardError, CriticalZ(effect, design));
        return NormalDistribution.Cdf(z - critical) + NormalDistribution.Cdf(-z - critical);
    }

    private static long Units(double pairVariance, double effect, double alpha, double power)
    {
        Observed.ThrowIfNotBetween0And1(alpha);
        Observed.ThrowIfNotBetween0And1(power);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(pairVariance);
        ArgumentOutOfRangeException.ThrowIfZero(effect);
        var z = NormalDistribution.UpperQuantile(alpha / 2) + NormalDistribution.UpperQuantile(1 - power);
        return (long)Math.Ceiling(z * z * pairVariance / (effect * effect));
    }

    private static double CriticalZ(EffectEstimate effect, SequentialDesign design) =>
        NormalMixture.CriticalZ(effect.Units * design.TwoSidedPrior, design.Alpha);
}
