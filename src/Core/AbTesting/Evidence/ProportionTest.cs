namespace Mlops.AbTesting;

/// <summary>The counts of two arms that came in under one choice of weights.</summary>
/// <param name="TreatmentShare">The chance of a unit of the two arms to be in the treatment: its weight over both weights.</param>
public sealed record ProportionStratum(double TreatmentShare, ProportionSums Control, ProportionSums Treatment);

/// <summary>Compares the shares of yes in two arms, at any time and as often as one likes, exactly at any counts.</summary>
/// <remarks><see cref="ProportionMixture"/> says how. A look costs microseconds, its bounds a few milliseconds.</remarks>
public static class ProportionTest
{
    private const int Halvings = 30;
    private const int Probes = 32;

    /// <param name="strata">One or more, one for each revision of the weights.</param>
    public static Comparison Compare(IReadOnlyList<ProportionStratum> strata, SequentialDesign design)
    {
        var effect = Estimate(strata);
        double LogEValueOf(double difference) => LogEValue(strata, design, difference, HypothesisSide.Exactly);
        return new(
            effect,
            LogEValueOf(0),
            new Bounds(Limit(LogEValueOf, effect.Difference, -1, design), Limit(LogEValueOf, effect.Difference, 1, design)));
    }

    /// <param name="strata">One or more, one for each revision of the weights.</param>
    /// <param name="margin">The loss allowed; not negative and under 1.</param>
    public static MarginComparison CompareToMargin(
        IReadOnlyList<ProportionStratum> strata, MetricGoal goal, double margin, SequentialDesign design)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(margin);
        var effect = Estimate(strata);
        double Above(double difference) => LogEValue(strata, design, difference, HypothesisSide.AtMost);
        double Below(double difference) => LogEValue(strata, design, difference, HypothesisSide.AtLeast);
        var (low, high) = (Limit(Above, effect.Difference, -1, design), Limit(Below, effect.Difference, 1, design));
        return goal is MetricGoal.Increase
            ? new(effect, goal, margin, Above(-margin), Below(-margin), low, high)
            : new(effect, goal, margin, Below(margin), Above(margin), -high, -low);
    }

    private static EffectEstimate Estimate(IReadOnlyList<ProportionStratum> strata) => EffectEstimate.Pooled(
        [.. strata.Select(stratum => EffectEstimate.OfProportions(stratum.Control, stratum.Treatment))]);

    private static double LogEValue(
        IReadOnlyList<ProportionStratum> strata, SequentialDesign design, double difference, HypothesisSide side) =>
        ProportionMixture.LogEValue([.. strata.Select(stratum => (
            new ProportionMixture(design, stratum.TreatmentShare, difference, side), stratum.Control, stratum.Treatment))]);

    /// <summary>The difference furthest towards an end (−1 or 1) that is not yet excluded.</summary>
    /// <remarks>Comes from the end in steps, so that an island of differences not excluded is not overlooked.</remarks>
    private static double Limit(Func<double, double> logEValue, double estimate, int end, SequentialDesign design)
    {
        var enough = -Math.Log(design.Alpha);
        var excluded = (double)end;
        for (var probe = 1; probe <= Probes; probe++)
        {
            // Steps shrink towards the estimate: bounds of long tests are close to it.
            var kept = estimate + ((end - estimate) * Math.Pow(1 - ((double)probe / Probes), 3));
            if (Math.Abs(kept) >= 1)
            {
                // The arms could not differ more, and the bound is where they do.
                return kept;
            }

            if (logEValue(kept) >= enough)
            {
                excluded = kept;
                continue;
            }

            for (var i = 0; i < Halvings; i++)
            {
                var middle = (kept + excluded) / 2;
                (kept, excluded) = logEValue(middle) >= enough ? (kept, middle) : (middle, excluded);
            }

            return excluded;
        }

        return estimate;
    }
}
