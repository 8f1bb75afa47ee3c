using Mlops.Data;
using Mlops.Serving;

namespace Mlops.Training;

/// <summary>Measures how long an exported model takes to predict, through the scorer that serves.</summary>
/// <remarks>
/// What is measured is the model: from columns laid out to scores, without HTTP, on one thread, on the machine that trains, which may be
/// busy with other work. Busy neighbours only ever make it slower, so that a budget that is kept is kept; set it with room to spare, for
/// a repeated training may find another figure.
/// </remarks>
public static class LatencyMeasurement
{
    private const int WarmUpCalls = 20;
    private const int MinCalls = 200;
    private const int MaxCalls = 2_000;

    private static readonly TimeSpan LongEnough = TimeSpan.FromSeconds(2);

    /// <param name="rows">In each prediction; taken in turn from <paramref name="frame"/>, again from its start at its end.</param>
    /// <param name="time">Whose timestamps are read around every call.</param>
    /// <returns>Figures of 200 predictions at least, and up to 2,000 while two seconds last.</returns>
    public static LatencyFigures Run(
        IModelScorer scorer, DataFrame frame, int rows, TimeProvider time, CancellationToken cancellationToken)
    {
        var output = new float[rows * scorer.Signature.OutputWidth];
        var batches = Batches(scorer, frame, rows);
        for (var call = 0; call < WarmUpCalls; call++)
        {
            scorer.Score(batches[call % batches.Length], output);
        }

        var took = new List<double>(MaxCalls);
        var began = time.GetTimestamp();
        while (took.Count < MinCalls || (took.Count < MaxCalls && time.GetElapsedTime(began) < LongEnough))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var start = time.GetTimestamp();
            scorer.Score(batches[took.Count % batches.Length], output);
            took.Add(time.GetElapsedTime(start).TotalMilliseconds);
        }

        took.Sort();
        return new LatencyFigures(rows, took.Count, Bootstrap.Quantile(took, 0.5), Bootstrap.Quantile(took, 0.99));
    }

    /// <summary>A few batches of different rows, laid out before the clock runs.</summary>
    private static FeatureBatch[] Batches(IModelScorer scorer, DataFrame frame, int rows)
    {
        const int MaxBatches = 64;
        var count = Math.Clamp(frame.RowCount / rows, 1, MaxBatches);
        return
        [
            .. Enumerable.Range(0, count).Select(batch => FeatureBatches.From(
                frame.Take([.. Enumerable.Range(0, rows).Select(row => ((batch * rows) + row) % frame.RowCount)]), scorer.Signature)),
        ];
    }
}
