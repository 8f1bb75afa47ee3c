namespace Mlops.AbTesting;

/// <summary>Compares means, ratios and CUPED-adjusted means of two arms, at any time and as often as one likes.</summary>
/// <remarks>
/// <see cref="NormalMixture"/> with r = nρ², n the units of both arms. It leans on the central limit theorem from
/// <see cref="SequentialDesign.MinimumUnits"/> on, and on units that went to arms by chance with fixed weights; of changed weights take
/// <see cref="EffectEstimate.Pooled"/>.
/// </remarks>
public static class MeanTest
{
    public static Comparison Compare(EffectEstimate effect, SequentialDesign design)
    {
        if (!IsTold(effect, design))
        {
            return new(effect, 0, null);
        }

        var ratio = effect.Units * design.TwoSidedPrior;
        var reach = effect.StandardError * NormalMixture.CriticalZ(ratio, design.Alpha);
        return new(
            effect,
            NormalMixture.LogEValue(effect.Difference / effect.StandardError, ratio),
            new Bounds(effect.Difference - reach, effect.Difference + reach));
    }

    /// <param name="margin">The loss allowed; not negative.</param>
    public static MarginComparison CompareToMargin(EffectEstimate effect, MetricGoal goal, double margin, SequentialDesign design)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(margin);
        if (!IsTold(effect, design))
        {
            return new(effect, goal, margin, 0, 0, null, null);
        }

        var ratio = effect.Units * design.OneSidedPrior;
        var gain = goal is MetricGoal.Increase ? effect.Difference : -effect.Difference;
        var z = (gain + margin) / effect.StandardError;
        var reach = effect.StandardError * NormalMixture.CriticalZAbove(ratio, design.Alpha);
        return new(
            effect,
            goal,
            margin,
            NormalMixture.LogEValueAbove(z, ratio),
            NormalMixture.LogEValueAbove(-z, ratio),
            gain - reach,
            gain + reach);
    }

    private static bool IsTold(EffectEstimate effect, SequentialDesign design) =>
        effect.StandardError > 0 && Math.Min(effect.ControlUnits, effect.TreatmentUnits) >= design.MinimumUnits;
}
