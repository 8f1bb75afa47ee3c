using Mlops.Statistics;

namespace Mlops.AbTesting;

/// <summary>The chance of each arm to be the best, given what is believed of each: Thompson sampling without the sampling.</summary>
/// <remarks>
/// ∫ fᵢ Π Fⱼ by Gauss and Legendre's rule of five points between marks set around every arm, so that narrow beliefs beside wide ones are
/// integrated as well. The same numbers on every instance, exact to about eight digits.
/// </remarks>
public static class BestArm
{
    // In standard deviations of a belief; the far ones are for the long tail of a rate near 0 or 1.
    private static readonly double[] Marks = [0, 0.75, 1.5, 2.25, 3, 4, 5, 6.5, 9, 12, 16, 22, 30, 42, 60];

    // What adds less than this changes no chance.
    private const double Negligible = 1e-16;

    private static readonly (double Node, double Weight)[] Legendre =
    [
        (-0.906179845938664, 0.236926885056189), (-0.538469310105683, 0.478628670499366), (0, 0.568888888888889),
        (0.538469310105683, 0.478628670499366), (0.906179845938664, 0.236926885056189),
    ];

    /// <summary>Of rewards that are successes, or chances of them: beliefs Beta(1 + successes, 1 + failures).</summary>
    /// <param name="arms">Means from 0 to 1; one or more.</param>
    public static double[] OfSuccesses(IReadOnlyList<RewardSums> arms)
    {
        if (arms.FirstOrDefault(arm => arm.Mean is < 0 or > 1) is { } wrong)
        {
            throw new ArgumentException($"Rewards with the mean {wrong.Mean} are not successes from 0 to 1.", nameof(arms));
        }

        return Integrate([.. arms.Select(arm => Beta(1 + (arm.Weight * arm.Mean), 1 + (arm.Weight * (1 - arm.Mean))))], 0, 1);
    }

    /// <summary>Of real rewards: normal beliefs, each arm's rewards and one more at the mean of all arms.</summary>
    /// <remarks>One variance for all arms, of their rewards around their own means. While that cannot be told, all arms are as
    /// good.</remarks>
    /// <param name="arms">One or more.</param>
    public static double[] OfReals(IReadOnlyList<RewardSums> arms)
    {
        var (weight, squares) = (arms.Sum(arm => arm.Weight), arms.Sum(arm => arm.Squares));
        var freedom = weight - arms.Count(arm => arm.Weight > 0);
        if (!(freedom > 0 && squares > 0))
        {
            return [.. arms.Select(_ => 1.0 / arms.Count)];
        }

        var mean = arms.Sum(arm => arm.Weight * arm.Mean) / weight;
        return Integrate(
            [.. arms.Select(arm => Normal(
                ((arm.Weight * arm.Mean) + mean) / (arm.Weight + 1), Math.Sqrt(squares / freedom / (arm.Weight + 1))))],
            double.NegativeInfinity,
            double.PositiveInfinity);
    }

    private static double[] Integrate(Belief[] beliefs, double least, double greatest)
    {
        var marks = beliefs
            .SelectMany(belief => Marks.Concat(Marks.Select(mark => -mark)).Select(mark => belief.Mean + (mark * belief.Spread)))
            .Select(mark => Math.Clamp(mark, least, greatest))
            .Distinct().Order().ToArray();
        var chances = new double[beliefs.Length];
        var below = new double[beliefs.Length];
        for (var cell = 0; cell + 1 < marks.Length; cell++)
        {
            var (middle, half) = ((marks[cell] + marks[cell + 1]) / 2, (marks[cell + 1] - marks[cell]) / 2);
            foreach (var (node, weight) in Legendre)
            {
                // Rounding may push a point of the last narrow cell onto the end, where a density need not be a number.
                var x = middle + (node * half);
                if (x > least && x < greatest)
                {
                    AddPoint(beliefs, x, weight * half, below, chances);
                }
            }
        }

        // Beliefs far apart and so narrow that no number lies between their marks: there is no doubt which is best.
        var sum = chances.Sum();
        return sum > 0
            ? [.. chances.Select(chance => chance / sum)]
            : Certain([.. beliefs.Select(belief => belief.Mean)]);
    }

    private static double[] Certain(double[] means)
    {
        var best = means.Count(mean => mean.Equals(means.Max()));
        return [.. means.Select(mean => mean.Equals(means.Max()) ? 1.0 / best : 0)];
    }

    private static void AddPoint(Belief[] beliefs, double x, double width, double[] below, double[] chances)
    {
        Array.Fill(below, double.NaN);
        for (var arm = 0; arm < beliefs.Length; arm++)
        {
            var chance = width * beliefs[arm].Density(x);
            for (var other = 0; other < beliefs.Length && chance > Negligible; other++)
            {
                if (other != arm)
                {
                    below[other] = double.IsNaN(below[other]) ? beliefs[other].Cdf(x) : below[other];
                    chance *= below[other];
                }
            }

            chances[arm] += chance;
        }
    }

    private static Belief Beta(double a, double b)
    {
        var logBeta = BetaFunctions.Log(a, b);
        return new(
            a / (a + b),
            Math.Sqrt(a * b / ((a + b) * (a + b) * (a + b + 1))),
            x => Math.Exp(((a - 1) * Math.Log(x)) + ((b - 1) * Math.Log(1 - x)) - logBeta),
            x => BetaFunctions.Regularized(a, b, x));
    }

    private static Belief Normal(double mean, double spread) => new(
        mean,
        spread,
        x => Math.Exp((-(x - mean) * (x - mean) / (2 * spread * spread)) - NormalDistribution.LogSqrtTwoPi) / spread,
        x => NormalDistribution.Cdf((x - mean) / spread));

    private sealed record Belief(double Mean, double Spread, Func<double, double> Density, Func<double, double> Cdf);
}
