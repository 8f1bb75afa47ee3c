using System.Text;
using Mlops.Serving;

namespace Mlops.AbTesting;

/// <summary>What logs of one policy tell of another, where the truth is known.</summary>
internal static class OffPolicyErrors
{
    private const int Logs = 1_000;
    private const int Batches = 20;
    private const int Batch = 100;

    private static readonly double[] Rates = [0.2, 0.5, 0.4];
    private static readonly double[] Target = [0.1, 0.2, 0.7];

    public static string Report()
    {
        var text = new StringBuilder($"""
            ## Off-policy estimates

            {Logs:N0} logs of {Batch * Batches:N0} choices in batches of {Batch}, arms with rates of 20, 50 and 40 %; judged is a policy
            that plays them at 10, 20 and 70 %, whose reward is {Truth():F3}. A fair estimate's mean is off by less than 2 of its standard
            errors (*bias / error*); 95 % of intervals should hold the truth. Thompson's logs give weights up to 14, so that clipping
            at 5 bites.

            | logged by | estimate | mean | bias / error | spread | intervals that hold |
            |---|---|--:|--:|--:|--:|

            """);
        foreach (var (name, policy) in new (string, BanditPolicy)[]
        {
            ("all alike", new BanditPolicy.EpsilonGreedy(1)), ("Thompson, floor 5 %", new BanditPolicy.Thompson(Floor: 0.05)),
        })
        {
            var runs = Enumerable.Range(0, Logs).Select(seed => Run(policy, seed)).ToList();
            Add(text, name, "inverse propensity", runs.Select(run => run.Right.InversePropensity()!));
            Add(text, name, "inverse propensity, clipped at 5", runs.Select(run => run.Clipped.InversePropensity()!));
            Add(text, name, "self-normalised", runs.Select(run => run.Right.SelfNormalized()!));
            Add(text, name, "doubly robust, model right", runs.Select(run => run.Right.DoublyRobust()!));
            Add(text, name, "doubly robust, model wrong (0.3 for all)", runs.Select(run => run.Wrong.DoublyRobust()!));
        }

        return text.AppendLine().ToString();
    }

    private static double Truth() => Rates.Zip(Target).Sum(arm => arm.First * arm.Second);

    private static void Add(StringBuilder text, string logging, string estimate, IEnumerable<PolicyEstimate> estimates)
    {
        var (sums, held) = (MeanSums.Empty, 0);
        foreach (var one in estimates)
        {
            sums = sums.Add(one.Value);
            held += one.Low <= Truth() && Truth() <= one.High ? 1 : 0;
        }

        var bias = (sums.Mean - Truth()) / Math.Sqrt(sums.Variance / sums.Count);
        text.AppendLine(
            $"| {logging} | {estimate} | {sums.Mean:F4} | {bias:F1} | {Math.Sqrt(sums.Variance):F4} | {Shares.Text(held, Logs)} |");
    }

    private static (PolicyValue Right, PolicyValue Wrong, PolicyValue Clipped) Run(BanditPolicy policy, int seed)
    {
        var (random, arms) = (new DeterministicRandom(seed), Rates.Select(_ => RewardSums.Empty).ToArray());
        var (right, wrong, clipped) = (new PolicyValue(), new PolicyValue(), new PolicyValue(5));
        for (var batch = 0; batch < Batches; batch++)
        {
            var shares = policy.Probabilities(arms);
            var weights = new ArmWeights([.. shares.Select((share, arm) => new ArmWeight($"arm{arm}", share))]);
            for (var unit = 0; unit < Batch; unit++)
            {
                var arm = weights.Choose(random);
                var reward = random.NextDouble() < Rates[arm] ? 1 : 0;
                arms[arm] = arms[arm].Add(reward);
                var logged = new LoggedReward(shares[arm], Target[arm], reward);
                right = right.Add(logged, new(Rates[arm], Truth()));
                wrong = wrong.Add(logged, new(0.3, 0.3));
                clipped = clipped.Add(logged);
            }
        }

        return (right, wrong, clipped);
    }
}
