namespace Mlops.AbTesting;

/// <summary>What evidence on each of several hypotheses is worth, seen together: the chance of a single false one stays under
/// α.</summary>
/// <remarks>Needed where any one discovery decides: several arms against a control, several guardrails any of which may stop a test.
/// Not where all must hold, as guardrails that must all be safe.</remarks>
public static class FamilyWise
{
    /// <summary>Adjusted p values by S. Holm, "A simple sequentially rejective multiple test procedure", 1979.</summary>
    public static double[] Holm(IReadOnlyList<double> pValues)
    {
        var adjusted = new double[pValues.Count];
        var greatest = 0.0;
        var rank = 0;
        foreach (var index in Enumerable.Range(0, pValues.Count).OrderBy(index => pValues[index]))
        {
            greatest = Math.Max(greatest, Math.Min(1, pValues[index] * (pValues.Count - rank)));
            adjusted[index] = greatest;
            rank++;
        }

        return adjusted;
    }

    /// <summary>Adjusted ln e: the least average of any set of hypotheses that the hypothesis is in.</summary>
    /// <remarks>
    /// V. Vovk and R. Wang, "E-values: calibration, combination and applications", Annals of Statistics 49, 2021, algorithm 1: closed
    /// testing, the average being evidence against a set under any dependence. Never weaker than Holm's of 1/e. To be taken at each
    /// look, before
    /// <see cref="RunningEvidence"/>.
    /// </remarks>
    public static double[] LogEValues(IReadOnlyList<double> logEValues)
    {
        var ascending = logEValues.Order().ToArray();
        var adjusted = new double[logEValues.Count];
        for (var i = 0; i < adjusted.Length; i++)
        {
            // The worst set of each size has the least ones beside it; an equal one in its place gives the same average.
            var own = logEValues[i];
            var (least, sum, size, skipped) = (own, 1.0, 1, false);
            foreach (var other in ascending)
            {
                if (!skipped && other.Equals(own))
                {
                    skipped = true;
                    continue;
                }

                sum += Math.Exp(Math.Min(other - own, 700));
                size++;
                least = Math.Min(least, own + Math.Log(sum / size));
            }

            adjusted[i] = least;
        }

        return adjusted;
    }
}
