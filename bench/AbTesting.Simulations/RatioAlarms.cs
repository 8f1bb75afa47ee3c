namespace Mlops.AbTesting;

/// <summary>Sample ratios that are right and that are not, looked at after every hundred units.</summary>
internal static class RatioAlarms
{
    private const int Units = 50_000;
    private const int Between = 100;

    public static string Report(int tests)
    {
        var (right, wrong) = (Run(tests, 0.5), Run(tests, 0.52));
        return $"""
            ## Sample ratio

            {tests:N0} tests each of {Units:N0} units meant to be split in halves, looked at every {Between}; the bar is p < 0.001.
            *Chi-squared* once, at the end.

            | true split | alarm at some look | chi-squared | median units at the alarm |
            |---|--:|--:|--:|
            | 50 to 50 | {Shares.Text(right.Alarms, tests)} | {Shares.Text(right.ChiSquared, tests)} | |
            | 52 to 48 | {Shares.Text(wrong.Alarms, tests)} | {Shares.Text(wrong.ChiSquared, tests)} | {wrong.Median:N0} |

            At p < 0.05 the 50 to 50 tests raise {Shares.Text(right.Loose, tests)} alarms.

            """;
    }

    private static (int Alarms, int ChiSquared, int Loose, int Median) Run(int tests, double share)
    {
        var (alarms, chiSquared, loose) = (new List<int>(), 0, 0);
        for (var test = 0; test < tests; test++)
        {
            var (random, first, greatest, alarm) = (new DeterministicRandom(test), 0L, 0.0, (int?)null);
            for (var unit = 1; unit <= Units; unit++)
            {
                first += random.NextDouble() < share ? 1 : 0;
                if (unit % Between is 0)
                {
                    greatest = Math.Max(greatest, SampleRatio.LogEValue([new([1, 1], [first, unit - first])]));
                    alarm ??= greatest >= Math.Log(1_000) ? unit : null;
                }
            }

            alarms.AddRange(alarm is { } at ? [at] : []);
            loose += greatest >= Math.Log(20) ? 1 : 0;
            chiSquared += SampleRatio.PValue(new([1, 1], [first, Units - first])) < 0.001 ? 1 : 0;
        }

        return (alarms.Count, chiSquared, loose, alarms.Order().ElementAtOrDefault(alarms.Count / 2));
    }
}
