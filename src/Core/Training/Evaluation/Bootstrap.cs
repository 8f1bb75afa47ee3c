namespace Mlops.Training;

/// <summary>Where a metric lies with the confidence asked for.</summary>
public sealed record Interval(double Low, double High);

/// <summary>Confidence intervals of metrics from resampled rows.</summary>
/// <remarks>
/// The percentile bootstrap of Efron and Tibshirani (1993, chapter 13): as many rows as there are, drawn with replacement; the interval
/// lies between quantiles of the metric over the resamples. It says how much the metric owes to which rows were held out, not how much
/// to which were learned from. Every resample has a random stream of its own, so that the result does not depend on threads.
/// </remarks>
public static class Bootstrap
{
    /// <param name="resamples">How often rows are drawn; 0 gives no interval.</param>
    /// <param name="confidence">Over 0 and under 1.</param>
    /// <param name="threads">At most this many, at least 1.</param>
    /// <returns>An interval by name of each metric that is defined on more than half of the resamples.</returns>
    public static SortedDictionary<string, Interval> Intervals(
        IMeasure measure, int resamples, double confidence, long seed, int threads, CancellationToken cancellationToken)
    {
        var names = measure.Names;
        var values = Resample(measure, resamples, seed, threads, cancellationToken);
        var intervals = new SortedDictionary<string, Interval>(StringComparer.Ordinal);
        for (var metric = 0; metric < names.Count; metric++)
        {
            var of = new List<double>(resamples);
            for (var i = metric; i < values.Length; i += names.Count)
            {
                if (double.IsFinite(values[i]))
                {
                    of.Add(values[i]);
                }
            }

            if (of.Count > resamples / 2)
            {
                of.Sort();
                intervals.Add(names[metric], new Interval(Quantile(of, (1 - confidence) / 2), Quantile(of, (1 + confidence) / 2)));
            }
        }

        return intervals;
    }

    /// <summary>The quantile of sorted values, linear between neighbours (type 7 of Hyndman and Fan 1996).</summary>
    internal static double Quantile(IReadOnlyList<double> sorted, double share)
    {
        var at = share * (sorted.Count - 1);
        var below = (int)at;
        var above = Math.Min(below + 1, sorted.Count - 1);
        return sorted[below] + ((at - below) * (sorted[above] - sorted[below]));
    }

    /// <returns>Row-major [resamples, metrics].</returns>
    private static double[] Resample(IMeasure measure, int resamples, long seed, int threads, CancellationToken cancellationToken)
    {
        var seeds = new long[resamples];
        var random = new DeterministicRandom(seed);
        for (var i = 0; i < resamples; i++)
        {
            seeds[i] = unchecked((long)random.NextUInt64());
        }

        var width = measure.Names.Count;
        var values = new double[resamples * width];
        Parallel.For(
            0,
            resamples,
            new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellationToken },
            () => (Counts: new int[measure.Rows], Scratch: new double[measure.ScratchLength]),
            (resample, _, own) =>
            {
                Draw(new DeterministicRandom(seeds[resample]), own.Counts);
                measure.Compute(own.Counts, values.AsSpan(resample * width, width), own.Scratch);
                return own;
            },
            _ => { });
        return values;
    }

    private static void Draw(DeterministicRandom random, int[] counts)
    {
        Array.Clear(counts);
        for (var i = 0; i < counts.Length; i++)
        {
            counts[random.NextInt(counts.Length)]++;
        }
    }
}
