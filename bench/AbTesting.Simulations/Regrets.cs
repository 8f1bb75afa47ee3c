using System.Text;
using Mlops.Serving;

namespace Mlops.AbTesting;

/// <summary>What bandits lose against always playing the best arm.</summary>
internal static class Regrets
{
    private const int Seeds = 50;
    private const int Batch = 100;
    private const int Batches = 200;

    private static readonly (string Name, BanditPolicy Policy, double Discount)[] Policies =
    [
        ("Thompson, floor 1 %", new BanditPolicy.Thompson(), 1),
        ("Thompson, floor 1 %, discount 0.95", new BanditPolicy.Thompson(), 0.95),
        ("ε-greedy, ε 0.1", new BanditPolicy.EpsilonGreedy(0.1), 1),
        ("UCB1, floor 1 %", new BanditPolicy.UpperConfidence(), 1),
        ("all alike", new BanditPolicy.EpsilonGreedy(1), 1),
    ];

    public static string Report()
    {
        var text = new StringBuilder($"""
            ## Bandits

            Cumulative regret, in successes, after {Batch * Batches / 5:N0} and after {Batch * Batches:N0} units in batches of {Batch};
            mean of {Seeds} seeds (± twice its standard error). *Turning*: rates of 30, 40 and 50 %, of which the first and the last
            change places halfway.

            | policy | 30, 40, 50 % | 4, 5, 8 % | turning |
            |---|--:|--:|--:|

            """);
        foreach (var (name, policy, discount) in Policies)
        {
            var cells = new[] { ([0.3, 0.4, 0.5], false), ((double[])[0.04, 0.05, 0.08], false), ([0.3, 0.4, 0.5], true) }
                .Select(problem => Cell(policy, discount, problem.Item1, problem.Item2));
            text.AppendLine($"| {name} | {string.Join(" | ", cells)} |");
        }

        return text.AppendLine().ToString();
    }

    private static string Cell(BanditPolicy policy, double discount, double[] rates, bool turns)
    {
        var (early, late) = (MeanSums.Empty, MeanSums.Empty);
        for (var seed = 0; seed < Seeds; seed++)
        {
            var regret = Run(policy, discount, rates, turns, seed);
            (early, late) = (early.Add(regret.Early), late.Add(regret.Late));
        }

        return $"{early.Mean:F0}, {late.Mean:F0} (± {2 * Math.Sqrt(late.Variance / Seeds):F0})";
    }

    private static (double Early, double Late) Run(BanditPolicy policy, double discount, double[] rates, bool turns, int seed)
    {
        var (random, arms, regret, early) = (new DeterministicRandom(seed), rates.Select(_ => RewardSums.Empty).ToArray(), 0.0, 0.0);
        for (var batch = 0; batch < Batches; batch++)
        {
            double[] now = turns && batch >= Batches / 2 ? [.. rates.Reverse()] : rates;
            var shares = policy.Probabilities(arms);
            var weights = new ArmWeights([.. shares.Select((share, arm) => new ArmWeight($"arm{arm}", share))]);
            arms = [.. arms.Select(arm => arm.Discount(discount))];
            for (var unit = 0; unit < Batch; unit++)
            {
                var arm = weights.Choose(random);
                arms[arm] = arms[arm].Add(random.NextDouble() < now[arm] ? 1 : 0);
                regret += now.Max() - now[arm];
            }

            early = batch == (Batches / 5) - 1 ? regret : early;
        }

        return (early, regret);
    }
}
