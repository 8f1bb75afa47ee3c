using FsCheck;
using FsCheck.Fluent;

namespace Mlops.AbTesting;

public sealed class ProportionTestTests
{
    private static readonly SequentialDesign Design = new(0.05, 2_000);

    /// <remarks>
    /// By enumeration of every outcome of up to eight units: the whole proof that the test is exact, and at any counts, rests on this
    /// and on evidence being a function of counts alone.
    /// </remarks>
    [Fact]
    public void Evidence_is_expected_to_stay_1_whatever_the_rates_of_the_hypothesis_are() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(60),
        Prop.ForAll(Case(), (rates) =>
        {
            var difference = rates.Treatment - rates.Control;
            Assert.Equal(1, Expected(new(Design, rates.Share, difference), rates), 1e-9);
            Assert.Equal(1, Expected(new(new(0.05, 2_000, expectedRate: 0.07), rates.Share, difference), rates), 1e-9);
        }));

    [Fact]
    public void One_sided_evidence_is_not_expected_to_grow_on_its_side_of_the_hypothesis() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(60),
        Prop.ForAll(Case(), Gen.Choose(0, 99).Select(percent => percent / 100.0).ToArbitrary(), (rates, part) =>
        {
            var difference = rates.Treatment - rates.Control;
            var above = difference + (part * (1 - difference));
            var below = difference - (part * (1 + difference));
            Assert.InRange(Expected(new(Design, rates.Share, above, HypothesisSide.AtMost), rates), 0, 1 + 1e-9);
            Assert.InRange(Expected(new(Design, rates.Share, below, HypothesisSide.AtLeast), rates), 0, 1 + 1e-9);
        }));

    [Fact]
    public void Arms_that_change_places_change_the_sign_and_nothing_else()
    {
        var (few, many) = (new ProportionSums(310, 12), new ProportionSums(950, 70));
        var there = ProportionTest.Compare([new(0.75, few, many)], Design);
        var back = ProportionTest.Compare([new(0.25, many, few)], Design);

        Assert.Equal(there.LogEValue, back.LogEValue, 1e-9);
        Assert.Equal(there.Bounds!.Low, -back.Bounds!.High, 1e-6);
        Assert.Equal(there.Bounds.High, -back.Bounds.Low, 1e-6);
    }

    [Theory]
    [InlineData(1_000, 100, 1_010, 150)]
    [InlineData(40_000, 31, 39_900, 64)]
    [InlineData(20, 20, 25, 1)]
    public void Bounds_are_the_differences_that_the_evidence_does_not_exclude(long controls, long yes, long treated, long treatedYes)
    {
        var stratum = new ProportionStratum(0.5, new(controls, yes), new(treated, treatedYes));
        var bounds = ProportionTest.Compare([stratum], Design).Bounds!;

        Assert.All(new[] { bounds.Low, bounds.High }, edge => Assert.Equal(
            -Math.Log(0.05), new ProportionMixture(Design, 0.5, edge).LogEValue(stratum.Control, stratum.Treatment), 1e-3));
        Assert.InRange((double)treatedYes / treated - ((double)yes / controls), bounds.Low, bounds.High);
    }

    [Fact]
    public void No_unit_at_all_is_no_evidence_and_every_difference_is_possible()
    {
        var nothing = ProportionTest.Compare([new(0.5, ProportionSums.Empty, ProportionSums.Empty)], Design);

        Assert.Equal(0, nothing.LogEValue, 1e-12);
        Assert.Equal((-1, 1), (nothing.Bounds!.Low, nothing.Bounds.High), (left, right) =>
            Math.Abs(left.Item1 - right.Item1) < 1e-6 && Math.Abs(left.Item2 - right.Item2) < 1e-6);
    }

    [Fact]
    public void An_arm_without_a_single_success_is_compared_like_any_other()
    {
        var comparison = ProportionTest.Compare([new(0.5, new(2_000, 0), new(2_000, 40))], Design);

        Assert.True(comparison.PValue < 0.001);
        Assert.InRange(comparison.Bounds!.Low, 1e-6, 0.02);
    }

    [Fact]
    public void With_many_units_it_needs_little_more_than_the_normal_mixture()
    {
        var (control, treatment) = (new ProportionSums(5_000, 500), new ProportionSums(5_000, 600));
        var design = new SequentialDesign(0.05, 10_000);

        var exact = ProportionTest.Compare([new(0.5, control, treatment)], design);
        var normal = MeanTest.Compare(EffectEstimate.OfProportions(control, treatment), design);

        Assert.InRange(exact.LogEValue, normal.LogEValue - Math.Log(11), normal.LogEValue + 0.5);
        Assert.InRange(exact.Bounds!.High - exact.Bounds.Low, 0.9 * Width(normal), 1.35 * Width(normal));

        static double Width(Comparison comparison) => comparison.Bounds!.High - comparison.Bounds.Low;
    }

    [Theory]
    [InlineData(0.1, 0.7, 3)]
    [InlineData(0.6, -1, 0)]
    public void Knowing_the_rate_sharpens_the_test_and_being_wrong_costs_little(double expected, double least, double most)
    {
        var (control, treatment) = (new ProportionSums(5_000, 500), new ProportionSums(5_000, 600));

        var gain = new ProportionMixture(new(expectedRate: expected), 0.5).LogEValue(control, treatment)
            - new ProportionMixture(new(), 0.5).LogEValue(control, treatment);

        Assert.InRange(gain, least, most);
    }

    [Fact]
    public void Counts_under_changed_weights_are_weighed_each_under_their_own()
    {
        // Rates rise from 1 to 20 percent as the treatment's weight rises from 10 to 50 percent; added up it would look like an effect.
        ProportionStratum[] strata = [new(0.1, new(9_000, 90), new(1_000, 10)), new(0.5, new(5_000, 1_000), new(5_000, 1_000))];

        var comparison = ProportionTest.Compare(strata, Design);

        Assert.InRange(comparison.LogEValue, -20, 0);
        Assert.InRange(0, comparison.Bounds!.Low, comparison.Bounds.High);
        Assert.True(ProportionTest.Compare([new(0.3, new(14_000, 1_090), new(6_000, 1_010))], Design).PValue < 1e-6);
    }

    [Theory]
    [InlineData(MetricGoal.Increase, 900, 880, true, false)]
    [InlineData(MetricGoal.Increase, 900, 600, false, true)]
    [InlineData(MetricGoal.Decrease, 100, 105, true, false)]
    [InlineData(MetricGoal.Decrease, 100, 190, false, true)]
    public void A_guardrail_is_safe_or_broken_by_its_margin(MetricGoal goal, long control, long treatment, bool safe, bool broken)
    {
        var stratum = new ProportionStratum(0.5, new(10_000, 10 * control), new(10_000, 10 * treatment));

        var verdict = ProportionTest.CompareToMargin([stratum], goal, 0.05, Design);

        var bar = -Math.Log(0.05);
        Assert.Equal((safe, broken), (verdict.LogSafe >= bar, verdict.LogBroken >= bar));
        Assert.Equal((safe, broken), (verdict.LeastGain >= -0.05, verdict.GreatestGain <= -0.05));
    }

    /// <remarks>The bench does 2,000 tests of 5,000 units; see bench/reports/ab-testing.md.</remarks>
    [Theory]
    [InlineData(0.5, 0.3)]
    [InlineData(0.02, 0.5)]
    public void Looking_after_every_unit_at_arms_that_do_not_differ_seldom_shows_an_effect(double rate, double share)
    {
        const int Tests = 200;
        var (random, mixture, alarms) = (new DeterministicRandom(5), new ProportionMixture(new(0.05, 300), share), 0);
        for (var test = 0; test < Tests; test++)
        {
            var (control, treatment, running) = (ProportionSums.Empty, ProportionSums.Empty, new RunningEvidence());
            for (var unit = 0; unit < 300; unit++)
            {
                var isTreated = random.NextDouble() < share;
                var isSuccess = random.NextDouble() < rate;
                (control, treatment) = isTreated ? (control, treatment.Add(isSuccess)) : (control.Add(isSuccess), treatment);
                running = running.Observe(mixture.LogEValue(control, treatment));
            }

            alarms += running.PValue <= 0.05 ? 1 : 0;
        }

        // As many as one in twenty may be, and two standard deviations of chance.
        Assert.InRange(alarms, 0, (0.05 * Tests) + (2 * Math.Sqrt(0.05 * 0.95 * Tests)));
    }

    private static Arbitrary<Rates> Case() => (
        from control in Gen.Choose(1, 99)
        from treatment in Gen.Choose(1, 99)
        from share in Gen.Choose(5, 95)
        from units in Gen.Choose(1, 8)
        select new Rates(control / 100.0, treatment / 100.0, share / 100.0, units)).ToArbitrary();

    /// <summary>Over all ways that units may be in one of two arms and say yes or no.</summary>
    private static double Expected(ProportionMixture mixture, Rates rates)
    {
        var (sum, units) = (0.0, rates.Units);
        for (var controls = 0; controls <= units; controls++)
        {
            for (var controlYes = 0; controlYes <= controls; controlYes++)
            {
                for (var treatedYes = 0; treatedYes <= units - controls; treatedYes++)
                {
                    var treated = units - controls;
                    var chance = Binomial(units, treated, rates.Share) * Binomial(controls, controlYes, rates.Control)
                        * Binomial(treated, treatedYes, rates.Treatment);
                    sum += chance * Math.Exp(mixture.LogEValue(new(controls, controlYes), new(treated, treatedYes)));
                }
            }
        }

        return sum;
    }

    private static double Binomial(int count, int yes, double rate) =>
        Enumerable.Range(0, yes).Aggregate(1.0, (ways, i) => ways * (count - i) / (i + 1))
            * Math.Pow(rate, yes) * Math.Pow(1 - rate, count - yes);

    private sealed record Rates(double Control, double Treatment, double Share, int Units);
}
