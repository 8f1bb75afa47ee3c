using Mlops.Statistics;

namespace Mlops.AbTesting;

/// <summary>The units that came to each arm under one choice of weights.</summary>
public sealed record ArmCounts
{
    /// <param name="shares">The share each arm should have, not negative; taken over their sum.</param>
    /// <param name="counts">The units each arm has; none where the share is 0.</param>
    public ArmCounts(IReadOnlyList<double> shares, IReadOnlyList<long> counts)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(counts.Count, shares.Count, nameof(counts));
        if (shares.Any(share => !(share >= 0 && double.IsFinite(share))) || !(shares.Sum() > 0))
        {
            throw new ArgumentException("Shares are numbers from 0, not all of them 0.", nameof(shares));
        }

        if (counts.Any(count => count < 0))
        {
            throw new ArgumentException("Counts are from 0.", nameof(counts));
        }

        (Shares, Counts) = (shares, counts);
    }

    public IReadOnlyList<double> Shares { get; }

    public IReadOnlyList<long> Counts { get; }
}

/// <summary>Whether units came to the arms by their weights; if not, something loses or moves units and no comparison means
/// anything.</summary>
public static class SampleRatio
{
    // Of a unit where none can be: finite, so that it can be kept as JSON.
    private const double Certain = 700;

    /// <summary>Pearson's chi-squared test, for one look.</summary>
    /// <returns>The chance of shares at least this far off.</returns>
    public static double PValue(ArmCounts arms)
    {
        var (units, sum) = ((double)arms.Counts.Sum(), arms.Shares.Sum());
        var (statistic, kinds) = (0.0, 0);
        for (var arm = 0; arm < arms.Counts.Count; arm++)
        {
            var expected = units * arms.Shares[arm] / sum;
            if (expected > 0)
            {
                statistic += Math.Pow(arms.Counts[arm] - expected, 2) / expected;
                kinds++;
            }
            else if (arms.Counts[arm] > 0)
            {
                return 0;
            }
        }

        return kinds > 1 ? ChiSquared.UpperTail(statistic, kinds - 1) : 1;
    }

    /// <summary>Evidence of a mismatch that may be looked at at any time: the Bayes factor of a Dirichlet prior over the
    /// shares.</summary>
    /// <remarks>
    /// M. Lindon and A. Malek, "Anytime-valid inference for multinomial count data", NeurIPS 2022: with α = concentration · shares,
    /// Γ(Σα) / Γ(Σα + n) · Π Γ(α + n) / Γ(α) / Π θ^n. Reaches 1/α with a chance of at most α where there is no mismatch.
    /// </remarks>
    /// <param name="strata">One for each revision of the weights; their evidence multiplies.</param>
    /// <param name="concentration">
    /// Positive; how close to the shares a mismatch is looked for. 100 has shares of 50 % off by 5 points in mind, 2 (one an arm)
    /// anything.
    /// </param>
    /// <returns>ln of the evidence; keep the greatest of all looks in a <see cref="RunningEvidence"/>.</returns>
    public static double LogEValue(IReadOnlyList<ArmCounts> strata, double concentration = 100)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(concentration);
        return strata.Sum(arms => LogEValue(arms, concentration));
    }

    private static double LogEValue(ArmCounts arms, double concentration)
    {
        var sum = arms.Shares.Sum();
        var evidence = GammaFunctions.Log(concentration) - GammaFunctions.Log(concentration + arms.Counts.Sum());
        for (var arm = 0; arm < arms.Counts.Count; arm++)
        {
            var (share, count) = (arms.Shares[arm] / sum, arms.Counts[arm]);
            if (share > 0)
            {
                var prior = concentration * share;
                evidence += GammaFunctions.Log(prior + count) - GammaFunctions.Log(prior) - (count * Math.Log(share));
            }
            else if (count > 0)
            {
                return Certain;
            }
        }

        return evidence;
    }
}
