using System.Text;
using Mlops.Statistics;

namespace Mlops.AbTesting;

/// <summary>How many tests of a true effect have shown it by when, in parts of the units that one look with 80 % power needs.</summary>
internal sealed class PowerCurves
{
    private const int Steps = 60;
    private const int LooksPerStep = 5;
    private const double Longest = 3;

    private static readonly (string Name, string Colour)[] Lines =
    [
        ("one look, at the end", "#888"), ("means, any look", "#2166ac"), ("proportions, rate expected", "#1b7837"),
        ("proportions, any look", "#7fbf7b"), ("beta-binomial over the maximum", "#b2182b"),
    ];

    private readonly double[][] _shown;
    private readonly double[] _meanStop;
    private readonly int _tests;

    public PowerCurves(int tests)
    {
        _tests = tests;
        var units = 2 * SamplePlan.UnitsPerArm(1, 0.1);
        var oneLook = Enumerable.Range(1, Steps).Select(step => OneLook(Longest * step / Steps)).ToArray();
        var means = Stops(tests, Means(units));
        var plan = 2 * SamplePlan.UnitsPerArmOfProportions(0.1, 0.12);
        var expected = Stops(tests, Proportions(plan, new ProportionMixture(new(0.05, plan, expectedRate: 0.1), 0.5).LogEValue));
        var proportions = Stops(tests, Proportions(plan, new ProportionMixture(new(0.05, plan), 0.5).LogEValue));
        var betaBinomial = Stops(tests, Proportions(plan, BetaBinomial));
        _shown = [oneLook, Shown(means), Shown(expected), Shown(proportions), Shown(betaBinomial)];
        _meanStop = [
            1, means.Average(Capped), expected.Average(Capped), proportions.Average(Capped), betaBinomial.Average(Capped)];
    }

    private delegate double? Simulation(int seed);

    public string Report()
    {
        var (means, proportions) = (2 * SamplePlan.UnitsPerArm(1, 0.1), 2 * SamplePlan.UnitsPerArmOfProportions(0.1, 0.12));
        var text = new StringBuilder($"""
            ## Arms that do differ

            Means 0.1 standard deviations apart, and proportions of 10 and 12 %; {_tests:N0} tests each, planned for as many units as one
            look with 80 % power needs ({means:N0} and {proportions:N0}: 1 in the table), and looked at {Steps * LooksPerStep} times.
            *Rate expected*: the design was told 10 %. *Beta-binomial over the maximum* is the other exact way with proportions:
            uniform priors, over the largest likelihood of equal rates.

            | units, in plans | {string.Join(" | ", Lines.Select(line => line.Name))} |
            |--:|{string.Concat(Enumerable.Repeat("--:|", Lines.Length))}

            """);
        foreach (var plans in new[] { 0.25, 0.5, 0.75, 1, 1.5, 2, 2.5, 3 })
        {
            var step = (int)Math.Round(plans * Steps / Longest) - 1;
            text.AppendLine($"| {plans} | {string.Join(" | ", _shown.Select(line => $"{100 * line[step]:F0} %"))} |");
        }

        text.AppendLine(
            $"| units used, stopping when shown, at 3 at the latest | {string.Join(" | ", _meanStop.Select(stop => $"{stop:F2}"))} |");
        return text.AppendLine().AppendLine("![Share of tests that have shown the effect, by units](ab-testing.svg)").ToString();
    }

    public string Picture()
    {
        const double Left = 60, Right = 540, Top = 30, Bottom = 300;
        static string X(double plans) => $"{Left + ((Right - Left) * plans / Longest):F1}";
        static string Y(double share) => $"{Bottom - ((Bottom - Top) * share):F1}";
        var svg = new StringBuilder("""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 350" font-family="sans-serif" font-size="12">
            <rect width="760" height="350" fill="white"/>
            <text x="60" y="16">Tests that have shown the effect, by units in plans of a single look with 80 % power</text>

            """);
        foreach (var share in new[] { 0, 0.2, 0.4, 0.6, 0.8, 1 })
        {
            svg.Append($"""<line x1="{Left}" x2="{Right}" y1="{Y(share)}" y2="{Y(share)}" stroke="#ddd"/>""");
            svg.AppendLine($"""<text x="{Left - 8}" y="{Y(share - 0.015)}" text-anchor="end">{100 * share:F0} %</text>""");
        }

        foreach (var plans in new[] { 0, 0.5, 1, 1.5, 2, 2.5, 3 })
        {
            svg.AppendLine($"""<text x="{X(plans)}" y="{Bottom + 20}" text-anchor="middle">{plans}</text>""");
        }

        for (var line = 0; line < Lines.Length; line++)
        {
            var points = string.Join(' ', _shown[line].Select((share, step) => $"{X(Longest * (step + 1) / Steps)},{Y(share)}"));
            var (name, colour) = Lines[line];
            svg.AppendLine($"""<polyline fill="none" stroke="{colour}" stroke-width="2" points="{points}"/>""");
            svg.AppendLine($"""<text x="{Right + 12}" y="{Top + 90 + (22 * line)}" fill="{colour}">{name}</text>""");
        }

        return svg.AppendLine("</svg>").ToString();
    }

    private static double OneLook(double plans)
    {
        var z = Math.Sqrt(plans) * (NormalDistribution.UpperQuantile(0.025) + NormalDistribution.UpperQuantile(0.2));
        return NormalDistribution.Cdf(z - NormalDistribution.UpperQuantile(0.025));
    }

    private static double?[] Stops(int tests, Simulation simulation) => [.. Enumerable.Range(0, tests).Select(seed => simulation(seed))];

    private static double Capped(double? stop) => stop ?? Longest;

    private static double[] Shown(double?[] stops) =>
        [.. Enumerable.Range(1, Steps).Select(step => (double)stops.Count(stop => stop <= (Longest * step / Steps) + 1e-9) / stops.Length)];

    private static Simulation Means(long plan)
    {
        var design = new SequentialDesign(0.05, plan);
        return seed =>
        {
            var (random, control, treatment) = (new DeterministicRandom(seed), MeanSums.Empty, MeanSums.Empty);
            return FirstShown(plan, () =>
            {
                (control, treatment) = random.NextDouble() < 0.5
                    ? (control, treatment.Add(0.1 + random.NextGaussian()))
                    : (control.Add(random.NextGaussian()), treatment);
            }, () => MeanTest.Compare(EffectEstimate.OfMeans(control, treatment), design).LogEValue);
        };
    }

    private static Simulation Proportions(long plan, Func<ProportionSums, ProportionSums, double> logEValue) =>
        seed =>
        {
            var (random, control, treatment) = (new DeterministicRandom(seed), ProportionSums.Empty, ProportionSums.Empty);
            return FirstShown(plan, () =>
            {
                (control, treatment) = random.NextDouble() < 0.5
                    ? (control, treatment.Add(random.NextDouble() < 0.12))
                    : (control.Add(random.NextDouble() < 0.1), treatment);
            }, () => logEValue(control, treatment));
        };

    /// <returns>When e reached 20, in plans.</returns>
    private static double? FirstShown(long plan, Action addUnit, Func<double> logEValue)
    {
        var units = 0L;
        for (var look = 1; look <= Steps * LooksPerStep; look++)
        {
            var plans = Longest * look / (Steps * LooksPerStep);
            for (; units < plans * plan; units++)
            {
                addUnit();
            }

            if (logEValue() >= Math.Log(20))
            {
                return plans;
            }
        }

        return null;
    }

    private static double BetaBinomial(ProportionSums control, ProportionSums treatment)
    {
        var both = control.Merge(treatment);
        return Marginal(control) + Marginal(treatment) - LogPower(both.Successes, both.Share) - LogPower(both.Failures, 1 - both.Share);

        static double Marginal(ProportionSums arm) => BetaFunctions.Log(1 + arm.Successes, 1 + arm.Failures);

        static double LogPower(long count, double share) => count is 0 ? 0 : count * Math.Log(share);
    }
}
