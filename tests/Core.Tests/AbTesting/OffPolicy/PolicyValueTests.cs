using System.Text.Json;
using Mlops.Serving;

namespace Mlops.AbTesting;

public sealed class PolicyValueTests
{
    private static readonly Goldens.Logged Golden = Goldens.Read.OffPolicy;

    [Fact]
    public void Estimates_and_their_errors_are_those_of_numpy()
    {
        var value = Of(Golden.Logs);

        AssertEqual(Golden.Ips, value.InversePropensity());
        AssertEqual(Golden.SelfNormalized, value.SelfNormalized());
        AssertEqual(Golden.DoublyRobust, value.DoublyRobust());
        Assert.Equal(Golden.Effective, value.EffectiveSampleSize, 1e-9);
        Assert.Equal(Golden.Ips.Value + (Golden.Z * Golden.Ips.StandardError), value.InversePropensity()!.High, 1e-9);
    }

    [Fact]
    public void Clipped_weights_are_counted()
    {
        var value = Of(Golden.Logs, greatestWeight: 2);

        AssertEqual(Golden.ClippedIps, value.InversePropensity());
        Assert.Equal(Golden.Clipped, value.Clipped);
    }

    [Fact]
    public void Logs_of_several_instances_merge()
    {
        var merged = Of(Golden.Logs[..20]).Merge(Of(Golden.Logs[20..]));

        AssertEqual(Golden.DoublyRobust, merged.DoublyRobust());
        Assert.Throws<ArgumentException>(() => merged.Merge(new PolicyValue(3)));
    }

    [Fact]
    public void What_was_told_so_far_survives_JSON()
    {
        var value = Of(Golden.Logs, greatestWeight: 2);

        var json = JsonSerializer.Serialize(value, JsonSerializerOptions.Web);
        Assert.Equal(value, JsonSerializer.Deserialize<PolicyValue>(json, JsonSerializerOptions.Web));
    }

    [Fact]
    public void Without_a_model_of_rewards_or_without_choices_there_is_no_estimate()
    {
        Assert.Null(new PolicyValue().Add(new(0.5, 1, 1)).Add(new(0.5, 1, 0)).DoublyRobust());
        Assert.Null(new PolicyValue().InversePropensity());
        Assert.Null(new PolicyValue().Add(new(0.5, 0, 1)).Add(new(0.5, 0, 1)).SelfNormalized());
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1.1, 1)]
    [InlineData(0.5, -0.1)]
    public void A_choice_that_could_not_have_been_is_refused(double propensity, double target) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new PolicyValue().Add(new(propensity, target, 1)));

    /// <remarks>A bandit logs, and a policy is judged that it never played. The bench says more; see
    /// bench/reports/ab-testing.md.</remarks>
    [Fact]
    public void What_a_bandit_logged_tells_without_bias_what_another_policy_would_have_got()
    {
        double[] rates = [0.2, 0.5, 0.4];
        double[] target = [0.1, 0.2, 0.7];
        var truth = rates.Zip(target).Sum(arm => arm.First * arm.Second);
        var (inverse, robust) = (MeanSums.Empty, MeanSums.Empty);
        for (var seed = 0; seed < 60; seed++)
        {
            var (random, value) = (new DeterministicRandom(seed), new PolicyValue());
            RewardSums[] arms = [RewardSums.Empty, RewardSums.Empty, RewardSums.Empty];
            for (var batch = 0; batch < 10; batch++)
            {
                var shares = new BanditPolicy.EpsilonGreedy(0.3).Probabilities(arms);
                var weights = new ArmWeights([.. shares.Select((share, arm) => new ArmWeight($"arm{arm}", share))]);
                for (var unit = 0; unit < 100; unit++)
                {
                    var arm = weights.Choose(random);
                    var reward = random.NextDouble() < rates[arm] ? 1 : 0;
                    arms[arm] = arms[arm].Add(reward);

                    // The model is wrong on purpose.
                    value = value.Add(new(shares[arm], target[arm], reward), new(0.3, 0.3));
                }
            }

            (inverse, robust) = (inverse.Add(value.InversePropensity()!.Value), robust.Add(value.DoublyRobust()!.Value));
        }

        Assert.All(new[] { inverse, robust }, estimates =>
            Assert.InRange(Math.Abs(estimates.Mean - truth) / Math.Sqrt(estimates.Variance / estimates.Count), 0, 3));
        Assert.True(robust.Variance < inverse.Variance);
    }

    private static PolicyValue Of(IEnumerable<Goldens.LogRow> logs, double? greatestWeight = null) => logs.Aggregate(
        new PolicyValue(greatestWeight),
        (value, log) => value.Add(new(log.Propensity, log.Target, log.Reward), new(log.OfArm, log.OfPolicy)));

    private static void AssertEqual(Goldens.Estimate expected, PolicyEstimate? actual)
    {
        Assert.Equal(expected.Value, actual!.Value, 1e-9);
        Assert.Equal(expected.StandardError, actual.StandardError, 1e-9);
    }
}
