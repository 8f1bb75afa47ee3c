using System.Text.Json;
using Mlops.Serving;

namespace Mlops.AbTesting;

public sealed class BanditTests
{
    private static readonly double[] Rates = [0.3, 0.4, 0.5];

    [Fact]
    public void Chances_to_be_best_are_those_of_adaptive_quadrature() => Assert.All(Goldens.Read.Bests, golden =>
    {
        var arms = golden.Successes.Zip(golden.Failures).Select(counts => Seen(counts.First, counts.Second)).ToArray();

        Assert.All(golden.Best.Zip(BestArm.OfSuccesses(arms)), pair => Assert.Equal(pair.First, pair.Second, 1e-7));
    });

    [Fact]
    public void Chances_of_real_rewards_are_those_of_adaptive_quadrature()
    {
        var golden = Goldens.Read.Reals;
        RewardSums[] arms = [.. golden.Weights.Select((weight, i) => new RewardSums(weight, golden.Means[i], golden.Squares[i]))];

        Assert.All(golden.Best.Zip(BestArm.OfReals(arms)), pair => Assert.Equal(pair.First, pair.Second, 1e-9));
    }

    [Fact]
    public void Arms_of_which_nothing_is_known_are_as_good_as_each_other() =>
        Assert.All(BestArm.OfReals([RewardSums.Empty, new(1, 5, 0)]), chance => Assert.Equal(0.5, chance));

    [Fact]
    public void Every_arm_keeps_its_floor() => Assert.All(
        new BanditPolicy[]
        {
            new BanditPolicy.Thompson(Floor: 0.05), new BanditPolicy.EpsilonGreedy(0, 0.05), new BanditPolicy.UpperConfidence(1, 0.05),
        },
        policy =>
        {
            var shares = policy.Probabilities([Seen(900, 100), Seen(10, 990), Seen(20, 980)]);

            Assert.Equal(1, shares.Sum(), 1e-12);
            Assert.Equal(0.9, shares[0], 1e-6);
            Assert.All(shares, share => Assert.InRange(share, 0.05, 1));
        });

    [Fact]
    public void Epsilon_greedy_gives_the_best_mean_all_but_epsilon() =>
        Assert.Equal(0.95, new BanditPolicy.EpsilonGreedy(0.1).Probabilities([Seen(10, 90), Seen(20, 80)])[1], 1e-12);

    [Fact]
    public void The_upper_confidence_of_an_arm_seldom_tried_outweighs_a_better_mean()
    {
        // 0.5 + √(2 ln 110 / 100) = 0.807 against 0.4 + √(2 ln 110 / 10) = 1.37.
        Assert.Equal([0, 1], new BanditPolicy.UpperConfidence(floor: 0).Probabilities([Seen(50, 50), Seen(4, 6)]));
        Assert.Equal(
            [0, 0.5, 0.5], new BanditPolicy.UpperConfidence(floor: 0).Probabilities([Seen(5, 5), RewardSums.Empty, RewardSums.Empty]));
    }

    [Fact]
    public void Units_come_to_arms_as_often_as_their_logged_propensity_says()
    {
        var shares = new BanditPolicy.Thompson().Probabilities([Seen(12, 288), Seen(20, 280), Seen(15, 301)]);
        var weights = new ArmWeights([.. shares.Select((share, arm) => new ArmWeight($"arm{arm}", share))]);
        var (salt, counts) = (new AssignmentSalt("bandit"), new long[3]);
        for (var i = 0; i < 50_000; i++)
        {
            counts[weights.Choose(salt, $"user-{i}")]++;
        }

        Assert.InRange(SampleRatio.PValue(new(shares, counts)), 1e-4, 1);
        Assert.All(Enumerable.Range(0, 3), arm => Assert.Equal(shares[arm], weights.Share(arm), 1e-12));
    }

    [Fact]
    public void Rewards_in_any_batches_make_one_memory()
    {
        var whole = new[] { 1.0, 4, 2, 8, 5 }.Aggregate(RewardSums.Empty, (sums, reward) => sums.Add(reward));
        var late = RewardSums.Empty.Add(8).Add(5).Merge(RewardSums.Empty.Add(2)).Merge(RewardSums.Empty.Add(4).Add(1));

        Assert.Equal((whole.Weight, whole.Mean), (late.Weight, late.Mean), (left, right) =>
            left.Weight.Equals(right.Weight) && Math.Abs(left.Mean - right.Mean) < 1e-12);
        Assert.Equal(30, late.Squares, 1e-12);
    }

    [Fact]
    public void A_memory_that_fades_notices_that_the_best_arm_has_changed()
    {
        RewardSums[] Learn(double factor) => Enumerable.Range(0, 200).Aggregate(
            new[] { RewardSums.Empty, RewardSums.Empty },
            (arms, batch) => [
                arms[0].Discount(factor).Merge(batch < 150 ? Seen(6, 4) : Seen(4, 6)),
                arms[1].Discount(factor).Merge(Seen(5, 5))]);

        Assert.True(BestArm.OfSuccesses(Learn(1))[0] > 0.9);
        Assert.True(BestArm.OfSuccesses(Learn(0.95))[0] < 0.1);
    }

    [Fact]
    public void Memory_and_policies_survive_JSON()
    {
        BanditPolicy[] policies =
        [
            new BanditPolicy.Thompson(RewardKind.Real, 0.02), new BanditPolicy.EpsilonGreedy(0.2, 0.01),
            new BanditPolicy.UpperConfidence(2, 0.05),
        ];

        Assert.Equal(policies, RoundTrip(policies));
        Assert.Equal(new RewardSums(3.5, 0.2, 1.1), RoundTrip(new RewardSums(3.5, 0.2, 1.1)));

        static T RoundTrip<T>(T value) =>
            JsonSerializer.Deserialize<T>(JsonSerializer.Serialize(value, JsonSerializerOptions.Web), JsonSerializerOptions.Web)!;
    }

    [Fact]
    public void What_cannot_be_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => RewardSums.Empty.Add(double.NaN));
        Assert.Throws<ArgumentException>(() => new BanditPolicy.Thompson(Floor: 0.4).Probabilities([Seen(1, 1), Seen(1, 1), Seen(1, 1)]));
        Assert.Throws<ArgumentException>(() => new BanditPolicy.Thompson().Probabilities([new(3, 1.5, 0)]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new BanditPolicy.EpsilonGreedy(1.1));
        Assert.Throws<ArgumentOutOfRangeException>(() => RewardSums.Empty.Discount(0));
    }

    /// <remarks>The bench runs all policies for longer; see bench/reports/ab-testing.md.</remarks>
    [Fact]
    public void Thompson_regrets_less_than_epsilon_greedy()
    {
        var (thompson, greedy) = (Regret(new BanditPolicy.Thompson()), Regret(new BanditPolicy.EpsilonGreedy(0.1)));

        Assert.True(thompson < 0.9 * greedy, $"{thompson} against {greedy}");
    }

    /// <summary>Mean over seeds of what the best arm would have got more, after 40 batches of 100 units.</summary>
    private static double Regret(BanditPolicy policy) => Enumerable.Range(0, 15).Average(seed =>
    {
        var (random, arms, regret) = (new DeterministicRandom(seed), new[] { RewardSums.Empty, RewardSums.Empty, RewardSums.Empty }, 0.0);
        for (var batch = 0; batch < 40; batch++)
        {
            var shares = policy.Probabilities(arms);
            var weights = new ArmWeights([.. shares.Select((share, arm) => new ArmWeight($"arm{arm}", share))]);
            for (var unit = 0; unit < 100; unit++)
            {
                var arm = weights.Choose(random);
                arms[arm] = arms[arm].Add(random.NextDouble() < Rates[arm] ? 1 : 0);
                regret += Rates.Max() - Rates[arm];
            }
        }

        return regret;
    });

    private static RewardSums Seen(long successes, long failures)
    {
        var (count, mean) = ((double)(successes + failures), successes + failures > 0 ? (double)successes / (successes + failures) : 0);
        return new(count, mean, count * mean * (1 - mean));
    }
}
