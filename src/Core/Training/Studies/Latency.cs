using Mlops.Data;
using Mlops.Registry;
using Mlops.Serving;

namespace Mlops.Training;

/// <summary>How long an exported model takes for one prediction.</summary>
internal static class Latency
{
    private const int WarmUp = 50;
    private const int Measured = 200;

    /// <param name="features">Rows to predict, one at a time, at least one.</param>
    /// <returns>The median in microseconds, of 200 predictions after 50 that are not counted.</returns>
    public static double Median(
        IModelLoader loader, byte[] graph, ModelSignature signature, DataFrame features, TimeProvider time, CancellationToken cancellationToken)
    {
        using var scorer = loader.Load(graph, signature);
        var batches = Enumerable.Range(0, Math.Min(WarmUp, features.RowCount))
            .Select(row => FeatureBatches.From(features.Take([row]), signature)).ToList();
        var output = new float[signature.OutputWidth];
        var took = new double[Measured];
        for (var i = -WarmUp; i < Measured; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var batch = batches[(i + WarmUp) % batches.Count];
            var started = time.GetTimestamp();
            scorer.Score(batch, output);
            if (i >= 0)
            {
                took[i] = time.GetElapsedTime(started).TotalMicroseconds;
            }
        }

        Array.Sort(took);
        return (took[(Measured / 2) - 1] + took[Measured / 2]) / 2;
    }
}
