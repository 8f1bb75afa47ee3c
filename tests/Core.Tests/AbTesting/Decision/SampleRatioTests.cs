namespace Mlops.AbTesting;

public sealed class SampleRatioTests
{
    [Fact]
    public void Chi_squared_and_Bayes_factor_are_those_of_scipy() => Assert.All(Goldens.Read.SampleRatio, golden =>
    {
        var arms = new ArmCounts(golden.Shares, golden.Counts);

        Assert.Equal(1, SampleRatio.PValue(arms) / golden.P, 1e-9);
        Assert.Equal(golden.Log2, SampleRatio.LogEValue([arms], 2), 1e-8);
        Assert.Equal(golden.Log100, SampleRatio.LogEValue([arms]), 1e-8);
    });

    [Fact]
    public void Fifty_thousand_units_split_52_to_48_do_not_go_unnoticed()
    {
        var arms = new ArmCounts([1, 1], [26_000, 24_000]);

        Assert.InRange(SampleRatio.PValue(arms), 0, 1e-15);
        Assert.True(SampleRatio.LogEValue([arms]) > -Math.Log(1e-15));
    }

    [Fact]
    public void Looking_after_every_unit_seldom_raises_a_false_alarm()
    {
        const int Tests = 200;
        var (random, alarms) = (new DeterministicRandom(8), 0);
        for (var test = 0; test < Tests; test++)
        {
            var (control, greatest) = (0L, 0.0);
            for (var units = 1L; units <= 500; units++)
            {
                control += random.NextDouble() < 0.5 ? 1 : 0;
                greatest = Math.Max(greatest, SampleRatio.LogEValue([new([1, 1], [control, units - control])]));
            }

            alarms += greatest >= -Math.Log(0.05) ? 1 : 0;
        }

        Assert.InRange(alarms, 0, 0.05 * Tests);
    }

    [Fact]
    public void A_change_of_weights_is_no_mismatch()
    {
        ArmCounts[] strata = [new([9, 1], [9_000, 1_000]), new([1, 1], [5_000, 5_000])];

        Assert.True(SampleRatio.LogEValue(strata) < 0);
    }

    [Fact]
    public void A_unit_where_none_can_be_is_a_mismatch()
    {
        var arms = new ArmCounts([1, 0], [100, 1]);

        Assert.Equal(0, SampleRatio.PValue(arms));
        Assert.True(SampleRatio.LogEValue([arms]) > 100);
    }
}
