namespace Mlops.AbTesting;

public sealed class MeanTestTests
{
    private static readonly Goldens.Sample Sample = Goldens.Read.TwoArms;
    private static readonly PairSums Control = Sum(0);
    private static readonly PairSums Treatment = Sum(1);

    [Fact]
    public void Evidence_is_the_likelihood_ratio_averaged_over_the_prior() => Assert.All(Goldens.Read.Evidence, golden =>
    {
        Assert.Equal(golden.Log, NormalMixture.LogEValue(golden.Z, golden.Ratio), 1e-10);
        Assert.Equal(golden.LogAbove, NormalMixture.LogEValueAbove(golden.Z, golden.Ratio), 1e-10);
    });

    [Fact]
    public void The_mixture_SPRT_is_the_same_evidence()
    {
        var golden = Goldens.Read.Msprt;
        var squaredError = golden.PairVariance / golden.N;

        Assert.Equal(
            golden.Log, NormalMixture.LogEValue(golden.Difference / Math.Sqrt(squaredError), golden.PriorVariance / squaredError), 1e-10);
    }

    [Fact]
    public void Bounds_are_as_wide_as_the_asymptotic_confidence_sequence() => Assert.All(Goldens.Read.Widths, golden =>
    {
        var effect = new EffectEstimate(1, 1.25, golden.StandardError, golden.Units / 2, golden.Units / 2);

        var bounds = MeanTest.Compare(effect, new(golden.Alpha, golden.Planned)).Bounds!;

        Assert.Equal(0.25 - golden.HalfWidth, bounds.Low, 1e-10);
        Assert.Equal(0.25 + golden.HalfWidth, bounds.High, 1e-10);
    });

    [Fact]
    public void At_the_planned_units_bounds_are_55_percent_wider_than_those_of_a_single_look() =>
        Assert.Equal(3.03, NormalMixture.CriticalZ(5_000 * new SequentialDesign().TwoSidedPrior, 0.05), 0.01);

    [Theory]
    [InlineData(0.05, 5_000)]
    [InlineData(0.01, 800)]
    public void Bounds_exclude_no_difference_exactly_when_the_evidence_reaches_its_bar(double alpha, long units)
    {
        var design = new SequentialDesign(alpha);
        var effect = new EffectEstimate(0, 0, 0.1, units / 2, units / 2);
        var edge = MeanTest.Compare(effect, design).Bounds!.High;

        Assert.Equal(alpha, MeanTest.Compare(effect with { Treatment = edge }, design).PValue, 1e-9);
        var margin = MeanTest.CompareToMargin(effect, MetricGoal.Increase, 0, design);
        var atEdge = MeanTest.CompareToMargin(effect with { Treatment = margin.GreatestGain!.Value }, MetricGoal.Increase, 0, design);
        Assert.Equal(-Math.Log(alpha), atEdge.LogSafe, 1e-9);
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(8)]
    [InlineData(200)]
    public void The_one_sided_bound_is_no_wider_than_its_closed_form_by_Waudby_Smith_et_al(double ratio)
    {
        var closed = Math.Sqrt(2 * (1 + ratio) / ratio * Math.Log(1 + (Math.Sqrt(1 + ratio) / (2 * 0.05))));

        Assert.InRange(NormalMixture.CriticalZAbove(ratio, 0.05), 0.97 * closed, closed);
    }

    [Fact]
    public void A_metric_that_should_fall_is_safe_where_its_negative_that_should_grow_is()
    {
        var effect = new EffectEstimate(200, 203, 1.5, 2_000, 2_000);
        var negative = new EffectEstimate(-200, -203, 1.5, 2_000, 2_000);

        var falling = MeanTest.CompareToMargin(effect, MetricGoal.Decrease, 10, new());
        var growing = MeanTest.CompareToMargin(negative, MetricGoal.Increase, 10, new());

        Assert.Equal(
            (growing.LogSafe, growing.LogBroken, growing.LeastGain, growing.GreatestGain),
            (falling.LogSafe, falling.LogBroken, falling.LeastGain, falling.GreatestGain));
        Assert.True(falling.LogSafe > -Math.Log(0.05) && falling.LogBroken < 0);
    }

    [Fact]
    public void Nothing_is_said_before_there_are_enough_units_in_each_arm()
    {
        var early = MeanTest.Compare(new(0, 9, 0.1, 99, 900), new());

        Assert.Equal((0, null, 1), (early.LogEValue, early.Bounds, early.PValue));
    }

    [Fact]
    public void Means_and_their_error_are_those_of_the_sample()
    {
        var effect = EffectEstimate.OfMeans(Control.Value, Treatment.Value);

        Assert.Equal((Sample.Difference, Sample.StandardError), (effect.Difference, effect.StandardError), Within(1e-12));
    }

    [Fact]
    public void Cuped_takes_out_what_the_covariate_knew_and_says_how_much_that_was()
    {
        var cuped = Cuped.Of([Control, Treatment]);
        var effect = cuped.Compare(Control, Treatment);

        Assert.Equal(Sample.Theta, cuped.Theta, 1e-12);
        Assert.Equal((Sample.CupedDifference, Sample.CupedStandardError), (effect.Difference, effect.StandardError), Within(1e-12));
        Assert.Equal(1 - Math.Pow(Sample.CupedStandardError / Sample.StandardError, 2), cuped.VarianceReduction(Control, Treatment), 1e-9);
    }

    [Fact]
    public void A_covariate_that_does_not_vary_is_left_alone()
    {
        var flat = PairSums.Empty.Add(1, 5).Add(3, 5).Add(4, 5);

        Assert.Equal(0, Cuped.Of([flat, flat]).Theta);
        Assert.Equal(0, Cuped.Of([flat, flat]).VarianceReduction(flat, flat), 1e-12);
    }

    [Fact]
    public void Ratios_have_the_error_of_the_delta_method()
    {
        var effect = EffectEstimate.OfRatios(Control, Treatment);

        Assert.Equal((Sample.RatioDifference, Sample.RatioStandardError), (effect.Difference, effect.StandardError), Within(1e-12));
    }

    [Fact]
    public void The_error_of_unequal_arms_is_that_of_their_own_or_of_a_common_variance_whichever_is_more()
    {
        var (large, small) = (new MeanSums(901, 0, 900 * 4), new MeanSums(101, 0, 100 * 1));

        // Own: 4 / 901 + 1 / 101. Common: (900 · 4 + 100 · 1) / 1000 = 3.7.
        Assert.Equal(Math.Sqrt(3.7 * ((1.0 / 901) + (1.0 / 101))), EffectEstimate.OfMeans(large, small).StandardError, 1e-12);
        var noisy = new MeanSums(101, 0, 100 * 9);
        Assert.Equal(Math.Sqrt((4.0 / 901) + (9.0 / 101)), EffectEstimate.OfMeans(large, noisy).StandardError, 1e-12);
    }

    [Fact]
    public void A_metric_that_moves_while_weights_are_changed_is_no_effect_once_pooled()
    {
        // Everybody's level rises from 1 to 5 as the treatment's weight rises from 10 to 50 percent.
        EffectEstimate[] strata = [new(1, 1, 0.1, 900, 100), new(5, 5, 0.1, 500, 500)];

        Assert.Equal(0, EffectEstimate.Pooled(strata).Difference, 1e-12);
        Assert.Equal(0.1 * Math.Sqrt((90 * 90) + (250 * 250)) / (90 + 250), EffectEstimate.Pooled(strata).StandardError, 1e-12);
        Assert.Equal(2_000, EffectEstimate.Pooled(strata).Units);
    }

    [Fact]
    public void Weights_under_which_an_arm_saw_nothing_tell_nothing()
    {
        var (seen, unseen) = (new MeanSums(500, 3, 400), MeanSums.Empty);
        var told = EffectEstimate.OfMeans(seen, new MeanSums(400, 4, 300));

        var pooled = EffectEstimate.Pooled([EffectEstimate.OfMeans(seen, unseen), told]);

        Assert.Equal((told.Difference, told.StandardError), (pooled.Difference, pooled.StandardError), Within(1e-12));
        Assert.Equal(0, EffectEstimate.OfMeans(seen, unseen).StandardError);
    }

    /// <remarks>The bench does 2,000 tests of 5,000 units; see bench/reports/ab-testing.md.</remarks>
    [Fact]
    public void Looking_after_every_unit_at_arms_that_do_not_differ_seldom_shows_an_effect()
    {
        const int Tests = 400;
        var (random, design, alarms) = (new DeterministicRandom(3), new SequentialDesign(0.05, 1_000), 0);
        for (var test = 0; test < Tests; test++)
        {
            var (control, treatment, running) = (MeanSums.Empty, MeanSums.Empty, new RunningEvidence());
            for (var unit = 0; unit < 500; unit++)
            {
                (control, treatment) = (control.Add(random.NextGaussian()), treatment.Add(random.NextGaussian()));
                running = running.Observe(MeanTest.Compare(EffectEstimate.OfMeans(control, treatment), design).LogEValue);
            }

            alarms += running.PValue <= 0.05 ? 1 : 0;
        }

        Assert.InRange(alarms, 0, 0.05 * Tests);
    }

    [Fact]
    public void Bounds_of_all_looks_are_kept_in_common_and_a_moving_effect_is_noticed()
    {
        var running = new RunningEvidence().Observe(1, new(-1, 2)).Observe(0.5, new(0, 3));

        Assert.Equal(new RunningEvidence(1, new Bounds(0, 2)), running);
        Assert.Equal(new RunningEvidence(4, new Bounds(2.5, 3), HasDrifted: true), running.Observe(4, new Bounds(2.5, 3)));
    }

    private static PairSums Sum(int arm) => Sample.Y[arm].Zip(Sample.X[arm])
        .Aggregate(PairSums.Empty, (sums, pair) => sums.Add(pair.First, pair.Second));

    private static Func<(double, double), (double, double), bool> Within(double tolerance) =>
        (left, right) => Math.Abs(left.Item1 - right.Item1) < tolerance && Math.Abs(left.Item2 - right.Item2) < tolerance;
}
