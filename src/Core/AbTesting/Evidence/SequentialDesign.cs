namespace Mlops.AbTesting;

/// <summary>Which way a metric should go.</summary>
public enum MetricGoal { Increase, Decrease }

/// <summary>How a test that may be looked at at any time is tuned. Fixed before the first unit comes in.</summary>
/// <remarks>Any values are valid; they decide where the test is sharpest, not how often it is wrong.</remarks>
public sealed record SequentialDesign
{
    /// <param name="alpha">The chance allowed to ever see an effect where there is none.</param>
    /// <param name="plannedUnits">Units of both arms at which bounds are narrowest, compared with what they could be.</param>
    /// <param name="minimumUnits">
    /// Units in each arm before anything is said of means, which lean on the central limit theorem; skewed values want hundreds.
    /// Proportions need no such patience.
    /// </param>
    /// <param name="expectedRate">The control's share of yes as far as known before the test, over 0 and under 1; sharpens
    /// proportions, and costs little if wrong.</param>
    public SequentialDesign(
        double alpha = 0.05, long plannedUnits = 5_000, long minimumUnits = 100, double? expectedRate = null)
    {
        if (expectedRate is { } rate)
        {
            Observed.ThrowIfNotBetween0And1(rate, nameof(expectedRate));
        }

        Observed.ThrowIfNotBetween0And1(alpha);
        ArgumentOutOfRangeException.ThrowIfLessThan(plannedUnits, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(minimumUnits, 2);
        (Alpha, PlannedUnits, MinimumUnits, ExpectedRate) = (alpha, plannedUnits, minimumUnits, expectedRate);
    }

    public double Alpha { get; private init; }

    public long PlannedUnits { get; }

    public long MinimumUnits { get; }

    public double? ExpectedRate { get; }

    /// <summary>The same with bounds that hold for all of several arms at once, by Bonferroni.</summary>
    /// <param name="count">Arms beside the control, one or more.</param>
    public SequentialDesign ForArms(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return this with { Alpha = Alpha / count };
    }

    /// <summary>ρ² of a two-sided test: the prior variance of the effect over the variance of one unit's part in the
    /// difference.</summary>
    /// <remarks>
    /// I. Waudby-Smith, D. Arbour, R. Sinha, E. H. Kennedy and A. Ramdas, "Time-uniform central limit theory and asymptotic confidence
    /// sequences", Annals of Statistics 52, 2024: ρ = √((−2 ln α + ln(1 − 2 ln α)) / N*) is close to the best for N* units.
    /// </remarks>
    internal double TwoSidedPrior => Prior(Alpha);

    /// <summary>ρ² of a one-sided test, at 2α.</summary>
    internal double OneSidedPrior => Prior(Math.Min(2 * Alpha, 0.99));

    private double Prior(double alpha) => ((-2 * Math.Log(alpha)) + Math.Log(1 - (2 * Math.Log(alpha)))) / PlannedUnits;
}
