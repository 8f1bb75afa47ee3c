using Mlops.Registry;

namespace Mlops.Training;

/// <summary>Draws rows again, with replacement, to see how far a figure would be from itself on other rows (Efron 1979).</summary>
/// <param name="Count">How many resamples.</param>
/// <param name="Confidence">Of the two-sided percentile interval, over 0 and under 1.</param>
/// <param name="Seed">All chance comes from it.</param>
internal sealed record Resampling(int Count, double Confidence, int Seed)
{
    /// <summary>Of the resamples at least this share must have a value for there to be an interval.</summary>
    private const double LeastDefined = 0.9;

    /// <summary>The interval of a statistic of rows.</summary>
    /// <param name="strata">The rows; as many are drawn from each stratum as it has, so that no group comes out empty.</param>
    /// <param name="rows">How many rows there are in all.</param>
    /// <param name="statistic">Given how often each row was drawn, the figures; NaN where undefined. Called on several threads.</param>
    /// <param name="figures">How many figures the statistic gives.</param>
    /// <returns>An interval for each figure; null for one that too few resamples define.</returns>
    /// <remarks>Each resample draws from its own stream, so that the result is the same on any number of threads.</remarks>
    public GateInterval?[] Intervals(
        IReadOnlyList<int[]> strata, int rows, Func<int[], double[]> statistic, int figures, CancellationToken cancellationToken)
    {
        var seeds = new DeterministicRandom(Seed);
        var streams = Enumerable.Range(0, Count).Select(_ => seeds.Fork()).ToArray();
        var values = new double[figures][];
        for (var figure = 0; figure < figures; figure++)
        {
            values[figure] = new double[Count];
        }

        Parallel.For(
            0,
            Count,
            new ParallelOptions { CancellationToken = cancellationToken, MaxDegreeOfParallelism = Environment.ProcessorCount },
            () => new int[rows],
            (resample, _, drawn) =>
            {
                Draw(strata, streams[resample], drawn);
                var found = statistic(drawn);
                for (var figure = 0; figure < figures; figure++)
                {
                    values[figure][resample] = found[figure];
                }

                return drawn;
            },
            _ => { });
        return Array.ConvertAll(values, Interval);
    }

    private static void Draw(IReadOnlyList<int[]> strata, DeterministicRandom random, int[] drawn)
    {
        Array.Clear(drawn);
        foreach (var stratum in strata)
        {
            for (var i = 0; i < stratum.Length; i++)
            {
                drawn[stratum[random.NextInt(stratum.Length)]]++;
            }
        }
    }

    private GateInterval? Interval(double[] values)
    {
        var defined = values.Where(double.IsFinite).Order().ToArray();
        return defined.Length < LeastDefined * values.Length
            ? null
            : new GateInterval(Bootstrap.Quantile(defined, (1 - Confidence) / 2), Bootstrap.Quantile(defined, (1 + Confidence) / 2), Confidence);
    }
}
