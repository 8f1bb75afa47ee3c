namespace Mlops.AbTesting;

public sealed class RecommendationTests
{
    private static readonly StoppingRule Rule = new(maximumUnits: 30_000, minimumUnits: 1_000);

    [Fact]
    public void An_arm_that_is_better_and_safe_ships()
    {
        var ship = Assert.IsType<Recommendation.Ship>(Recommendation.Of(Test(Arm("b", 0.02, 0.003, safe: 0.01)), Rule));

        Assert.Equal("b", ship.Arm);
        Assert.Equal(
            "'b' has conversion 0.12 against 0.1 of 'a', difference +0.02 within +0.01 to +0.03 (p = 0.003)."
            + " Within its margin: latency (p at most 0.01).",
            ship.Reason);
    }

    [Fact]
    public void Of_several_the_best_ships() => Assert.Equal("c", Assert.IsType<Recommendation.Ship>(Recommendation.Of(
        Test(Arm("b", 0.02, 0.003), Arm("c", 0.04, 0.01), Arm("d", 0.09, 0.2)), Rule)).Arm);

    [Fact]
    public void An_arm_that_is_better_waits_until_its_guardrails_are_shown_to_be_safe()
    {
        var open = Assert.IsType<Recommendation.Continue>(Recommendation.Of(Test(Arm("b", 0.02, 0.003, safe: 0.2)), Rule));

        Assert.Empty(open.Lost);
        Assert.EndsWith("But latency may still be worse by 14, more than 10.", open.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Time_running_out_proves_nothing()
    {
        var rule = new StoppingRule(maximumUnits: 8_000);

        var open = Assert.IsType<Recommendation.Inconclusive>(Recommendation.Of(Test(Arm("b", 0.02, 0.003, safe: 0.2)), rule));
        Assert.StartsWith("All 8,000 units are used (10,000 came).", open.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_wrong_sample_ratio_comes_before_all_else()
    {
        var stop = Assert.IsType<Recommendation.Stop>(
            Recommendation.Of(Test(Arm("b", 0.02, 0.003)) with { SampleRatioP = 0.0002 }, Rule));

        Assert.Equal(StopCause.SampleRatioMismatch, stop.Cause);
        Assert.Equal(
            "10,000 units did not come to the arms by their weights: 'a' has 5,000, 'b' 5,000 (p = 0.0002, under 0.001)."
            + " Arms cannot be compared.",
            stop.Reason);
    }

    [Fact]
    public void Harm_stops_an_arm_before_it_has_seen_enough()
    {
        var stop = Assert.IsType<Recommendation.Stop>(
            Recommendation.Of(Test(Arm("b", 0.02, 0.5, broken: 0.01, units: 60)), Rule));

        Assert.Equal(StopCause.Harm, stop.Cause);
        Assert.Equal("'b' harms latency: 204 against 200 of 'a', worse by more than 10 (p = 0.01).", stop.Reason);
    }

    [Fact]
    public void An_arm_that_is_worse_stops_the_test_if_none_is_left()
    {
        var stop = Assert.IsType<Recommendation.Stop>(Recommendation.Of(Test(Arm("b", -0.02, 0.003)), Rule));

        Assert.Equal(StopCause.Worse, stop.Cause);
    }

    [Fact]
    public void While_another_arm_may_win_the_losers_are_named()
    {
        var open = Assert.IsType<Recommendation.Continue>(
            Recommendation.Of(Test(Arm("b", -0.02, 0.003), Arm("c", 0.01, 0.3), Arm("d", 0.03, 0.5, broken: 0.02)), Rule));

        Assert.Equal(["b", "d"], open.Lost);
        Assert.Contains("By now a difference of 0.015 would be likely to show.", open.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_wins_before_it_has_seen_enough()
    {
        var open = Assert.IsType<Recommendation.Continue>(Recommendation.Of(Test(Arm("b", 0.2, 1e-6, units: 400)), Rule));

        Assert.Equal("5,400 of 30,000 units are in. 'b' has 400 units and 'a' 5,000; each needs 1,000.", open.Reason);
    }

    private static TestEvidence Test(params ArmEvidence[] arms) => new("a", 5_000, 0.4, arms);

    private static ArmEvidence Arm(string name, double gain, double p, double safe = 0.01, double broken = 1, long units = 5_000)
    {
        var effect = new EffectEstimate(0.1, 0.1 + gain, 0.003, 5_000, units);
        var latency = new MarginComparison(new(200, 204, 3, 5_000, units), MetricGoal.Decrease, 10, 0, 0, safe > 0.05 ? -14 : -8, 5);
        return new(
            name,
            units,
            new("conversion", MetricGoal.Increase, effect, p, new(gain - 0.01, gain + 0.01), DetectableEffect: 0.015),
            [new("latency", latency, safe, broken)]);
    }
}
