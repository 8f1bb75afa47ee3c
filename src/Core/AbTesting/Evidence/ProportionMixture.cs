using System.Runtime.Intrinsics;

namespace Mlops.AbTesting;

/// <summary>Which differences a hypothesis allows beside the one it names.</summary>
public enum HypothesisSide { Exactly, AtMost, AtLeast }

/// <summary>
/// Evidence against a difference between two proportions that is exact at any counts and may be looked at at any time, as a function of
/// the four counts.
/// </summary>
/// <remarks>
/// Bet on each unit as it comes: of a unit in the treatment, which it went to with chance w, (1 − w) λ (y − a), of one in the control
/// −w λ (y − b), with a − b = d, the hypothesis' difference. Whatever the two rates are, now or later, what one unit of wealth is
/// expected to become is 1 + w (1 − w) λ (p − q − d): exactly 1 under the hypothesis, less with λ against it, so that wealth ≥ 1/α is
/// as unlikely as α. The wealth is
/// <code>(1 + (1−w)(1−a)λ)^s (1 − (1−w)aλ)^f (1 − w(1−b)λ)^s' (1 + wbλ)^f'</code>
/// which for a suitable λ is the likelihood ratio of Turner, Ly and Grünwald, "Generic e-variables for exact sequential k-sample tests
/// that allow for optional stopping", 2024. A weighted average of wealths over bets is as valid. The average here is over a normal
/// prior on the effect, as in <see cref="NormalMixture"/>, and over the levels that the rates may have.
/// A mixture of beta-binomials over the largest likelihood under the hypothesis would be exact too, but pays ½ ln n for each rate it
/// does not know; bench/reports/ab-testing.md compares.
/// Holds for units that went to arms by chance, whichever level and trend their rates have. Not changed once made: may be shared.
/// </remarks>
public sealed class ProportionMixture
{
    // In prior standard deviations, denser near 0, where the effects of long tests are.
    private const int EffectsPerSide = 16;
    private const double EffectGrowth = 0.25;
    private const double GreatestEffect = 4;

    // No bet risks all of the wealth.
    private const double LargestStake = 0.999;

    private static readonly double[] Levels = [1e-4, 1e-3, 0.01, 0.05, 0.2, 0.5, 0.8, 0.95, 0.99, 0.999, 0.9999];

    // Of each bet: the logarithm of its part in the average, and of what a unit of each kind multiplies its wealth by.
    private readonly double[] _weights;
    private readonly double[] _treatmentSuccess;
    private readonly double[] _treatmentFailure;
    private readonly double[] _controlSuccess;
    private readonly double[] _controlFailure;

    /// <param name="treatmentShare">The chance of a unit of the two arms to be in the treatment; over 0 and under 1.</param>
    /// <param name="difference">Of the hypothesis, treatment − control; over −1 and under 1.</param>
    public ProportionMixture(
        SequentialDesign design, double treatmentShare, double difference = 0, HypothesisSide side = HypothesisSide.Exactly)
    {
        Observed.ThrowIfNotBetween0And1(treatmentShare);
        if (!(Math.Abs(difference) < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(difference), difference, "Two proportions differ by less than 1.");
        }

        var prior = Math.Sqrt(side is HypothesisSide.Exactly ? design.TwoSidedPrior : design.OneSidedPrior);
        var (levels, effects) = (LevelsOf(design, difference), Effects(side));
        var count = levels.Length * effects.Length;
        _weights = new double[count];
        _treatmentSuccess = new double[count];
        _treatmentFailure = new double[count];
        _controlSuccess = new double[count];
        _controlFailure = new double[count];
        var bet = 0;
        foreach (var (level, levelWeight) in levels)
        {
            foreach (var (effect, weight) in effects)
            {
                Place(bet, treatmentShare, difference, level, effect * prior);
                _weights[bet] = Math.Log(levelWeight * weight);
                bet++;
            }
        }
    }

    /// <returns>ln e against the hypothesis.</returns>
    public double LogEValue(ProportionSums control, ProportionSums treatment)
    {
        Span<double> logs = stackalloc double[_weights.Length];
        _weights.CopyTo(logs);
        Add(control, treatment, logs);
        return LogSum(logs);
    }

    /// <summary>Of the same hypothesis under weights that were changed while the test ran, each mixture with the counts under its
    /// own.</summary>
    internal static double LogEValue(IReadOnlyList<(ProportionMixture Mixture, ProportionSums Control, ProportionSums Treatment)> strata)
    {
        double[] logs = [.. strata[0].Mixture._weights];
        foreach (var (mixture, control, treatment) in strata)
        {
            mixture.Add(control, treatment, logs);
        }

        return LogSum(logs);
    }

    /// <summary>Where between their lowest and their highest the rates may be; half of the weight is where they are expected.</summary>
    private static (double Value, double Weight)[] LevelsOf(SequentialDesign design, double difference)
    {
        if (design.ExpectedRate is not { } rate)
        {
            return [.. Levels.Select(level => (level, 1.0 / Levels.Length))];
        }

        var expected = Math.Clamp((rate - Math.Max(0, -difference)) / (1 - Math.Abs(difference)), Levels[0] / 100, 1 - (Levels[0] / 100));
        return [(expected, 0.5), .. Levels.Select(level => (level, 0.5 / Levels.Length))];
    }

    /// <summary>In prior standard deviations; weights sum to 1.</summary>
    private static (double Value, double Weight)[] Effects(HypothesisSide side)
    {
        var stretch = GreatestEffect / Math.Sinh(EffectGrowth * EffectsPerSide);
        var positive = Enumerable.Range(1, EffectsPerSide).Select(step =>
        {
            var value = stretch * Math.Sinh(EffectGrowth * step);
            return (Value: value, Weight: Math.Exp(-value * value / 2) * Math.Cosh(EffectGrowth * step));
        }).ToArray();
        var negative = positive.Select(effect => (Value: -effect.Value, effect.Weight));
        (double Value, double Weight)[] effects = side switch
        {
            HypothesisSide.AtMost => positive,
            HypothesisSide.AtLeast => [.. negative],
            _ => [.. negative, .. positive],
        };
        var sum = effects.Sum(effect => effect.Weight);
        return [.. effects.Select(effect => (effect.Value, effect.Weight / sum))];
    }

    /// <param name="effect">Away from the hypothesis, in standard deviations of one unit's part in the difference.</param>
    private void Place(int bet, double w, double difference, double level, double effect)
    {
        var b = ((1 - Math.Abs(difference)) * level) + Math.Max(0, -difference);
        var a = b + difference;
        var spread = ((1 - w) * a * (1 - a)) + (w * b * (1 - b));
        var wanted = effect / Math.Sqrt(spread * w * (1 - w));
        var most = wanted > 0
            ? LargestStake / Math.Max((1 - w) * a, w * (1 - b))
            : LargestStake / Math.Max((1 - w) * (1 - a), w * b);
        var stake = wanted / (1 + (Math.Abs(wanted) / most));
        _treatmentSuccess[bet] = Math.Log(1 + ((1 - w) * (1 - a) * stake));
        _treatmentFailure[bet] = Math.Log(1 - ((1 - w) * a * stake));
        _controlSuccess[bet] = Math.Log(1 - (w * (1 - b) * stake));
        _controlFailure[bet] = Math.Log(1 + (w * b * stake));
    }

    /// <remarks>The number of bets is a multiple of every vector's length.</remarks>
    private void Add(ProportionSums control, ProportionSums treatment, Span<double> logs)
    {
        for (var i = 0; i < logs.Length; i += Vector256<double>.Count)
        {
            var sum = Vector256.Create<double>(logs[i..])
                + (Vector256.Create<double>(_treatmentSuccess.AsSpan(i)) * treatment.Successes)
                + (Vector256.Create<double>(_treatmentFailure.AsSpan(i)) * treatment.Failures)
                + (Vector256.Create<double>(_controlSuccess.AsSpan(i)) * control.Successes)
                + (Vector256.Create<double>(_controlFailure.AsSpan(i)) * control.Failures);
            sum.CopyTo(logs[i..]);
        }
    }

    private static double LogSum(ReadOnlySpan<double> logs)
    {
        var greatest = double.NegativeInfinity;
        foreach (var log in logs)
        {
            greatest = Math.Max(greatest, log);
        }

        var sums = Vector256<double>.Zero;
        for (var i = 0; i < logs.Length; i += Vector256<double>.Count)
        {
            sums += Vector256.Exp(Vector256.Create(logs[i..]) - Vector256.Create(greatest));
        }

        return greatest + Math.Log(Vector256.Sum(sums));
    }
}
