namespace Mlops.AbTesting;

/// <summary>What the units of a test say, together with what was said by the looks before: evidence, advice and the report on it.</summary>
internal static class TestJudgement
{
    private const int MaxLooks = 200;
    private const double MostLog = 690;

    // Of a mean before the central limit theorem is leant on.
    private const long UnitsOfMeans = 100;

    /// <param name="missing">How many records the log is known to lack.</param>
    /// <param name="before">The look before, if there was one.</param>
    /// <param name="revision">The endpoint's latest that routed by the test.</param>
    public static StoredReport Of(
        AbTest test, UnitTable units, long missing, StoredReport? before, int revision, DateTimeOffset now)
    {
        var plan = test.Plan;
        var (counts, weights) = (units.Units(), plan.Arms.Select(arm => arm.Weight).ToList());
        var sampleRatio = Math.Max(before?.SampleRatio ?? 0, SampleRatio.LogEValue([new ArmCounts(weights, counts)]));
        var comparisons = Compared(plan, units);
        var margins = Guarded(plan, units);
        var memory = Remembered(plan, comparisons, margins, before);

        var arms = plan.Treatments.Select((arm, index) => new ArmEvidence(
            arm.Name,
            counts[index + 1],
            new PrimaryEvidence(
                plan.Metric.ToString(),
                plan.Goal,
                comparisons[index].Comparison.Effect,
                memory[index].Primary.PValue,
                memory[index].Primary.Bounds,
                SamplePlan.DetectableEffect(comparisons[index].Comparison.Effect, Design(plan), plan.Power),
                plan.MinimumEffect is { } effect
                    ? SamplePlan.PowerSoFar(comparisons[index].Comparison.Effect, effect, Design(plan))
                    : null),
            [.. margins[index].Select((margin, guardrail) => new GuardrailEvidence(
                (plan.Guardrails ?? [])[guardrail].Metric.ToString(),
                margin,
                memory[index].Guardrails[guardrail].Safe.PValue,
                memory[index].Guardrails[guardrail].Broken.PValue))])).ToList();
        var notBefore = test.StartedAt + TimeSpan.FromDays(plan.MinimumDays);
        var rule = new StoppingRule(plan.MaximumUnits, plan.MinimumUnits, plan.Alpha, power: plan.Power);
        var evidence = new TestEvidence(
            plan.Control.Name, counts[0], Math.Exp(-sampleRatio), arms, notBefore > now ? notBefore : null);
        var advice = Recommendation.Of(evidence, rule);
        var report = Report(test, units, evidence, comparisons, memory, rule, advice, now, missing);
        return new StoredReport(
            report with { Looks = Kept(before?.Report.Looks ?? [], LookOf(report)) }, sampleRatio, memory, revision)
        {
            ETag = before?.ETag ?? "",
        };
    }

    private static SequentialDesign Design(TestPlan plan) => new SequentialDesign(
        plan.Alpha, plan.PlannedUnits, Math.Clamp(plan.MinimumUnits, 2, UnitsOfMeans), plan.ExpectedRate).ForArms(plan.Treatments.Count);

    /// <summary>Each treatment with the control, by the primary metric.</summary>
    private static List<(Comparison Comparison, double Level, double? Reduction)> Compared(TestPlan plan, UnitTable units)
    {
        var design = Design(plan);
        if (plan.Covariate is not null)
        {
            var pairs = units.Pairs();
            var cuped = Cuped.Of(pairs);
            return [.. pairs.Skip(1).Select(arm => (
                MeanTest.Compare(cuped.Compare(pairs[0], arm), design), arm.Value.Mean, (double?)cuped.VarianceReduction(pairs[0], arm)))];
        }

        if (plan.Metric.Kind is MetricKind.Conversion)
        {
            var proportions = units.Proportions(0);
            return [.. plan.Treatments.Select((arm, index) => (
                ProportionTest.Compare(Stratum(plan, arm, proportions[0], proportions[index + 1]), design),
                proportions[index + 1].Share,
                default(double?)))];
        }

        var means = units.Means(0);
        return [.. means.Skip(1).Select(arm => (
            MeanTest.Compare(EffectEstimate.OfMeans(means[0], arm), design), arm.Mean, default(double?)))];
    }

    /// <summary>Each treatment's guardrails.</summary>
    private static List<MarginComparison[]> Guarded(TestPlan plan, UnitTable units)
    {
        var design = Design(plan);
        var byTreatment = plan.Treatments.Select(_ => new MarginComparison[plan.Guardrails?.Count ?? 0]).ToList();
        foreach (var (guardrail, index) in (plan.Guardrails ?? []).Select((guardrail, index) => (guardrail, index)))
        {
            if (guardrail.Metric.Kind is MetricKind.Conversion)
            {
                var proportions = units.Proportions(index + 1);
                for (var arm = 0; arm < byTreatment.Count; arm++)
                {
                    var stratum = Stratum(plan, plan.Treatments[arm], proportions[0], proportions[arm + 1]);
                    byTreatment[arm][index] = ProportionTest.CompareToMargin(stratum, guardrail.Goal, guardrail.Margin, design);
                }
            }
            else
            {
                var means = units.Means(index + 1);
                for (var arm = 0; arm < byTreatment.Count; arm++)
                {
                    var effect = EffectEstimate.OfMeans(means[0], means[arm + 1]);
                    byTreatment[arm][index] = MeanTest.CompareToMargin(effect, guardrail.Goal, guardrail.Margin, design);
                }
            }
        }

        return byTreatment;
    }

    /// <remarks>Weights stay while a test runs, so that there is one stratum.</remarks>
    private static ProportionStratum[] Stratum(TestPlan plan, TestArm treatment, ProportionSums control, ProportionSums sums) =>
        [new ProportionStratum(treatment.Weight / (treatment.Weight + plan.Control.Weight), control, sums)];

    private static List<ArmMemory> Remembered(
        TestPlan plan,
        List<(Comparison Comparison, double Level, double? Reduction)> comparisons,
        List<MarginComparison[]> margins,
        StoredReport? before)
    {
        // Any arm that wins decides, and any guardrail that breaks; all guardrails must be safe, so that nothing is adjusted there.
        var primary = FamilyWise.LogEValues([.. comparisons.Select(arm => arm.Comparison.LogEValue)]);
        var broken = FamilyWise.LogEValues([.. margins.SelectMany(arm => arm.Select(margin => margin.LogBroken))]);
        var guardrails = plan.Guardrails?.Count ?? 0;
        return [.. comparisons.Select((arm, index) =>
        {
            var known = before?.Arms[index];
            return new ArmMemory(
                (known?.Primary ?? new RunningEvidence()).Observe(primary[index], arm.Comparison.Bounds),
                [.. margins[index].Select((margin, guardrail) => new GuardrailMemory(
                    (known?.Guardrails[guardrail].Safe ?? new RunningEvidence()).Observe(margin.LogSafe),
                    (known?.Guardrails[guardrail].Broken ?? new RunningEvidence()).Observe(broken[(index * guardrails) + guardrail])))]);
        })];
    }

    private static AbTestReport Report(
        AbTest test,
        UnitTable units,
        TestEvidence evidence,
        List<(Comparison Comparison, double Level, double? Reduction)> comparisons,
        List<ArmMemory> memory,
        StoppingRule rule,
        Recommendation advice,
        DateTimeOffset now,
        long missing)
    {
        var plan = test.Plan;
        var weights = plan.Arms.Sum(arm => arm.Weight);
        var control = new ArmReport(
            plan.Control.Name,
            plan.Control.Weight / weights,
            evidence.ControlUnits,
            units.Exposures[0],
            [],
            plan.Control.Version,
            evidence.ControlUnits > 0 ? comparisons[0].Comparison.Effect.Control : null);
        var treatments = evidence.Arms.Select((arm, index) => new ArmReport(
            arm.Arm,
            plan.Treatments[index].Weight / weights,
            arm.Units,
            units.Exposures[index + 1],
            [.. arm.Guardrails.Select((guardrail, which) => Guarded((plan.Guardrails ?? [])[which], guardrail, rule))],
            plan.Treatments[index].Version,
            arm.Units > 0 ? comparisons[index].Level : null,
            new EffectReport(
                arm.Primary.Effect.Difference,
                EValue(memory[index].Primary),
                arm.Primary.PValue,
                memory[index].Primary.HasDrifted,
                arm.Primary.Bounds,
                arm.Primary.Power,
                arm.Primary.DetectableEffect,
                comparisons[index].Reduction)));
        return new AbTestReport(
            test.Name,
            now,
            advice switch
            {
                Recommendation.Ship => TestAdvice.Ship,
                Recommendation.Stop => TestAdvice.Stop,
                Recommendation.Inconclusive => TestAdvice.Inconclusive,
                _ => TestAdvice.Continue,
            },
            string.Join(' ', [advice.Reason, .. Twins(plan)]),
            evidence.SampleRatioP >= rule.SampleRatioAlpha,
            evidence.SampleRatioP,
            evidence.Units,
            units.Refused,
            units.Crossed,
            missing,
            [control, .. treatments],
            [],
            (advice as Recommendation.Ship)?.Arm,
            (advice as Recommendation.Stop)?.Cause);
    }

    /// <summary>An A/A test is a test, but one may come of an alias by accident.</summary>
    private static IEnumerable<string> Twins(TestPlan plan) => plan.Treatments
        .Where(arm => (arm.Target.Model, arm.Version) == (plan.Control.Target.Model, plan.Control.Version)
            && (arm.Steps ?? []).SequenceEqual(plan.Control.Steps ?? []))
        .Select(arm => $"'{arm.Name}' serves the same version as '{plan.Control.Name}'.");

    private static GuardrailReport Guarded(Guardrail guardrail, GuardrailEvidence evidence, StoppingRule rule)
    {
        var state = evidence.BrokenP <= rule.Alpha ? GuardrailState.Broken
            : evidence.SafeP <= rule.Alpha ? GuardrailState.Safe : GuardrailState.Open;
        return new GuardrailReport(
            guardrail.Metric,
            guardrail.Goal,
            guardrail.Margin,
            state,
            evidence.Now.Effect.Control,
            evidence.Now.Effect.Treatment,
            evidence.SafeP,
            evidence.BrokenP,
            evidence.Now.LeastGain,
            evidence.Now.GreatestGain);
    }

    private static TestLook LookOf(AbTestReport report) => new(
        report.At,
        report.Units,
        report.Advice,
        report.SampleRatioP,
        [.. report.Arms.Where(arm => arm.Effect is not null)
            .Select(arm => new LookArm(arm.Arm, arm.Units, arm.Effect?.EValue ?? 1, arm.Effect?.Difference ?? 0))]);

    /// <summary>The looks to keep: of the older half every other one goes when there are too many.</summary>
    public static List<TestLook> Kept(IReadOnlyList<TestLook> looks, TestLook latest)
    {
        var kept = looks.Count < MaxLooks ? looks : looks.Where((_, index) => index > MaxLooks / 2 || index % 2 is 0);
        return [.. kept, latest];
    }

    private static double EValue(RunningEvidence evidence) => Math.Exp(Math.Min(evidence.LogEValue, MostLog));
}
