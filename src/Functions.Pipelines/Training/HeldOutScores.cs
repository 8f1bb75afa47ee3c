using System.Buffers.Binary;
using Mlops.Serving;
using Mlops.Training;

namespace Mlops.Pipelines.Training;

/// <summary>The held-out rows and what the exported model says of them, through the scorer that serves.</summary>
/// <remarks>Scored by the first step that asks and kept with the training, so that every later step looks at the same numbers.</remarks>
public sealed class HeldOutScores(TrainingTable table, TrainingFiles files, IModelLoader loader)
{
    public async Task<ScoredSplit> ReadAsync(OnData step, CancellationToken cancellationToken)
    {
        var (tenant, id) = (TenantId.Parse(step.Training.Request.Tenant), step.Training.Request.Id);
        var rows = await table.ReadSplitAsync(step, cancellationToken);
        if (await files.FindBytesAsync(tenant, id, TrainingFiles.Predictions, cancellationToken) is { } stored)
        {
            return new ScoredSplit(rows, Read(stored));
        }

        var graph = await files.ReadBytesAsync(tenant, id, TrainingFiles.Model, cancellationToken);
        using var scorer = loader.Load(graph, rows.Signature);
        var predictions = scorer.ScoreAll(rows.HeldOut, cancellationToken);
        await files.WriteBytesAsync(tenant, id, TrainingFiles.Predictions, Write(predictions), cancellationToken);
        return new ScoredSplit(rows, predictions);
    }

    private static byte[] Write(double[] values)
    {
        var bytes = new byte[values.Length * sizeof(double)];
        for (var i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteDoubleLittleEndian(bytes.AsSpan(i * sizeof(double)), values[i]);
        }

        return bytes;
    }

    private static double[] Read(byte[] bytes)
    {
        var values = new double[bytes.Length / sizeof(double)];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = BinaryPrimitives.ReadDoubleLittleEndian(bytes.AsSpan(i * sizeof(double)));
        }

        return values;
    }
}

/// <param name="Predictions">Of the held-out rows, row-major [rows, output width]: probabilities or values.</param>
public sealed record ScoredSplit(PreparedRows Rows, double[] Predictions);
