using System.Text;

namespace Mlops.AbTesting;

/// <summary>How often the true difference is within the bounds of every look.</summary>
internal static class Coverage
{
    private static readonly SequentialDesign Design = new(0.05, 2_000);

    public static string Report(int tests)
    {
        var fewer = Math.Max(tests / 5, 1);
        var text = new StringBuilder($"""
            ## Bounds

            Tests whose bounds held the true difference at every look; 95 % is promised. Means: {tests:N0} tests, looked at after each of
            2,000 units. Proportions: {fewer:N0} tests, looked at 24 times up to 20,000 units, for bounds take milliseconds.

            | metric | true difference always within |
            |---|--:|
            | mean, difference 0.1 σ | {Shares.Text(Means(tests), tests)} |

            """);
        foreach (var (control, treatment) in new[] { (0.1, 0.12), (0.01, 0.004), (0.5, 0.9) })
        {
            var held = Shares.Text(Proportions(fewer, control, treatment), fewer);
            text.AppendLine($"| proportions {control:P1} and {treatment:P1} | {held} |");
        }

        return text.AppendLine().ToString();
    }

    private static int Means(int tests)
    {
        var held = 0;
        for (var test = 0; test < tests; test++)
        {
            var (random, control, treatment, isWithin) = (new DeterministicRandom(test), MeanSums.Empty, MeanSums.Empty, true);
            for (var unit = 0; unit < 2_000 && isWithin; unit++)
            {
                (control, treatment) = random.NextDouble() < 0.5
                    ? (control, treatment.Add(0.1 + random.NextGaussian()))
                    : (control.Add(random.NextGaussian()), treatment);
                var bounds = MeanTest.Compare(EffectEstimate.OfMeans(control, treatment), Design).Bounds;
                isWithin = bounds is null || (bounds.Low <= 0.1 && 0.1 <= bounds.High);
            }

            held += isWithin ? 1 : 0;
        }

        return held;
    }

    private static int Proportions(int tests, double controlRate, double treatmentRate)
    {
        var held = 0;
        for (var test = 0; test < tests; test++)
        {
            var (random, control, treatment, isWithin) = (new DeterministicRandom(test), ProportionSums.Empty, ProportionSums.Empty, true);
            var next = 8.0;
            for (var unit = 1; unit <= 20_000 && isWithin; unit++)
            {
                (control, treatment) = random.NextDouble() < 0.5
                    ? (control, treatment.Add(random.NextDouble() < treatmentRate))
                    : (control.Add(random.NextDouble() < controlRate), treatment);
                if (unit >= next)
                {
                    next *= 1.386;
                    var bounds = ProportionTest.Compare([new(0.5, control, treatment)], Design).Bounds!;
                    isWithin = bounds.Low <= treatmentRate - controlRate && treatmentRate - controlRate <= bounds.High;
                }
            }

            held += isWithin ? 1 : 0;
        }

        return held;
    }
}
