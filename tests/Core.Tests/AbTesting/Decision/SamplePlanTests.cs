namespace Mlops.AbTesting;

public sealed class SamplePlanTests
{
    [Fact]
    public void Units_per_arm_are_those_of_statsmodels() => Assert.All(Goldens.Read.Plans, golden =>
        Assert.InRange(SamplePlan.UnitsPerArm(golden.Sd, golden.Effect, golden.Alpha, golden.Power), golden.Units - 1, golden.Units + 1));

    [Fact]
    public void Proportions_plan_with_the_variance_of_each_arm() =>
        // (1.959964 + 0.841621)² (0.1 · 0.9 + 0.12 · 0.88) / 0.02² = 3839.1.
        Assert.Equal(3_839, SamplePlan.UnitsPerArmOfProportions(0.1, 0.12), 1.0);

    [Fact]
    public void A_detectable_effect_is_one_that_would_be_seen_with_that_power()
    {
        var effect = new EffectEstimate(10, 10, 0.4, 3_000, 2_500);
        var detectable = SamplePlan.DetectableEffect(effect, new(), 0.9)!.Value;

        Assert.Equal(0.9, SamplePlan.PowerSoFar(effect, detectable, new()), 1e-6);
        Assert.True(SamplePlan.PowerSoFar(effect, detectable / 2, new()) < 0.5);
    }

    [Fact]
    public void More_units_see_smaller_effects()
    {
        var few = SamplePlan.DetectableEffect(new(0, 0, 0.2, 500, 500), new())!.Value;
        var many = SamplePlan.DetectableEffect(new(0, 0, 0.1, 2_000, 2_000), new())!.Value;

        Assert.True(many < few);
        Assert.Null(SamplePlan.DetectableEffect(new(0, 0, 0, 0, 0), new()));
    }
}
