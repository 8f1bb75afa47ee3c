using System.Text;

namespace Mlops.AbTesting;

/// <summary>Arms that do not differ, looked at after every unit.</summary>
internal static class FalseAlarms
{
    private const int Units = 2_000;

    private static readonly SequentialDesign Design = new(0.05, Units);

    public static string Report(int tests)
    {
        var text = new StringBuilder($"""
            ## Arms that do not differ

            {tests:N0} tests each of {Units:N0} units and planned for as many, looked at after every unit; α = 0.05, means from
            {Design.MinimumUnits} units an arm on. An alarm is a test that ever showed an effect. *Naive* is the z test, likewise,
            from 20 units an arm on.

            | metric | alarms | naive |
            |---|--:|--:|

            """);
        Add(text, tests, "mean of normal values", random => random.NextGaussian(), 0.5);
        Add(text, tests, "mean of normal values, from 2 units an arm on", random => random.NextGaussian(), 0.5, minimumUnits: 2);
        Add(text, tests, "mean of normal values, 10 % in the treatment", random => random.NextGaussian(), 0.1);
        Add(text, tests, "mean of exponential values", random => -Math.Log(1 - random.NextDouble()), 0.5);
        foreach (var share in new[] { 0.5, 0.1 })
        {
            Add(
                text,
                tests,
                $"mean of log-normal values (σ 1.5), {share:P0} in the treatment",
                random => Math.Exp(1.5 * random.NextGaussian()),
                share);
        }

        text.AppendLine(Line("ratio (delta method), 1 to 10 requests a unit", Ratios(tests), tests));
        text.AppendLine(Line("mean with CUPED (ρ 0.7)", CupedMeans(tests), tests));
        foreach (var (rate, share) in new[] { (0.5, 0.5), (0.1, 0.5), (0.1, 0.1), (0.01, 0.5), (0.001, 0.5) })
        {
            text.AppendLine(Line(
                $"proportion of {rate:P1}, {share:P0} in the treatment, from the first unit on",
                Proportions(tests, rate, share),
                tests));
        }

        text.AppendLine(Line("any of three arms (normal, `FamilyWise`)", ThreeArms(tests), tests));
        return text.AppendLine().ToString();
    }

    private static void Add(
        StringBuilder text, int tests, string metric, Func<DeterministicRandom, double> draw, double share, long minimumUnits = 100) =>
        text.AppendLine(Line(metric, Means(tests, draw, share, new(Design.Alpha, Units, minimumUnits)), tests));

    private static string Line(string metric, (int Alarms, int Naive) seen, int tests) =>
        $"| {metric} | {Shares.Text(seen.Alarms, tests)} | {Shares.Text(seen.Naive, tests)} |";

    private static string Line(string metric, int alarms, int tests) => $"| {metric} | {Shares.Text(alarms, tests)} | |";

    private static (int Alarms, int Naive) Means(
        int tests, Func<DeterministicRandom, double> draw, double share, SequentialDesign design)
    {
        var (alarms, naive) = (0, 0);
        for (var test = 0; test < tests; test++)
        {
            var random = new DeterministicRandom(test);
            var (control, treatment, greatest, greatestZ) = (MeanSums.Empty, MeanSums.Empty, 0.0, 0.0);
            for (var unit = 0; unit < Units; unit++)
            {
                var isTreated = random.NextDouble() < share;
                (control, treatment) = isTreated ? (control, treatment.Add(draw(random))) : (control.Add(draw(random)), treatment);
                var effect = EffectEstimate.OfMeans(control, treatment);
                greatest = Math.Max(greatest, MeanTest.Compare(effect, design).LogEValue);
                if (Math.Min(control.Count, treatment.Count) >= 20)
                {
                    greatestZ = Math.Max(greatestZ, Math.Abs(effect.Difference / effect.StandardError));
                }
            }

            alarms += IsAlarm(greatest);
            naive += greatestZ > 1.96 ? 1 : 0;
        }

        return (alarms, naive);
    }

    private static int Ratios(int tests) => Pairs(
        tests,
        random =>
        {
            // A unit has its own rate, so that its requests are alike.
            var (requests, rate) = (1 + random.NextInt(10), 0.1 + (0.4 * random.NextDouble()));
            return (Enumerable.Range(0, requests).Count(_ => random.NextDouble() < rate), requests);
        },
        EffectEstimate.OfRatios);

    private static int CupedMeans(int tests) => Pairs(
        tests,
        random =>
        {
            var covariate = random.NextGaussian();
            return ((0.7 * covariate) + (Math.Sqrt(0.51) * random.NextGaussian()), covariate);
        },
        (control, treatment) => Cuped.Of([control, treatment]).Compare(control, treatment));

    private static int Pairs(
        int tests, Func<DeterministicRandom, (double Value, double Other)> draw, Func<PairSums, PairSums, EffectEstimate> estimate)
    {
        var alarms = 0;
        for (var test = 0; test < tests; test++)
        {
            var random = new DeterministicRandom(test);
            var (control, treatment, greatest) = (PairSums.Empty, PairSums.Empty, 0.0);
            for (var unit = 0; unit < Units; unit++)
            {
                var isTreated = random.NextDouble() < 0.5;
                var (value, other) = draw(random);
                (control, treatment) = isTreated
                    ? (control, treatment.Add(value, other))
                    : (control.Add(value, other), treatment);
                greatest = Math.Max(greatest, MeanTest.Compare(estimate(control, treatment), Design).LogEValue);
            }

            alarms += IsAlarm(greatest);
        }

        return alarms;
    }

    private static (int Alarms, int Naive) Proportions(int tests, double rate, double share)
    {
        var (alarms, naive, mixture) = (0, 0, new ProportionMixture(Design, share));
        for (var test = 0; test < tests; test++)
        {
            var random = new DeterministicRandom(test);
            var (control, treatment, greatest, greatestZ) = (ProportionSums.Empty, ProportionSums.Empty, 0.0, 0.0);
            for (var unit = 0; unit < Units; unit++)
            {
                var (isTreated, isSuccess) = (random.NextDouble() < share, random.NextDouble() < rate);
                (control, treatment) = isTreated ? (control, treatment.Add(isSuccess)) : (control.Add(isSuccess), treatment);
                greatest = Math.Max(greatest, mixture.LogEValue(control, treatment));
                var effect = EffectEstimate.OfProportions(control, treatment);
                if (Math.Min(control.Count, treatment.Count) >= 20 && effect.StandardError > 0)
                {
                    greatestZ = Math.Max(greatestZ, Math.Abs(effect.Difference / effect.StandardError));
                }
            }

            alarms += IsAlarm(greatest);
            naive += greatestZ > 1.96 ? 1 : 0;
        }

        return (alarms, naive);
    }

    private static int ThreeArms(int tests)
    {
        var alarms = 0;
        for (var test = 0; test < tests; test++)
        {
            var random = new DeterministicRandom(test);
            MeanSums[] arms = [MeanSums.Empty, MeanSums.Empty, MeanSums.Empty, MeanSums.Empty];
            var greatest = 0.0;
            for (var unit = 0; unit < Units; unit++)
            {
                var arm = random.NextInt(4);
                arms[arm] = arms[arm].Add(random.NextGaussian());
                var evidence = FamilyWise.LogEValues(
                    [.. arms[1..].Select(treatment => MeanTest.Compare(EffectEstimate.OfMeans(arms[0], treatment), Design).LogEValue)]);
                greatest = Math.Max(greatest, evidence.Max());
            }

            alarms += IsAlarm(greatest);
        }

        return alarms;
    }

    private static int IsAlarm(double logEValue) => logEValue >= -Math.Log(Design.Alpha) ? 1 : 0;
}
