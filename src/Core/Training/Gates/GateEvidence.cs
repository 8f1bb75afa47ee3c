using Mlops.Data;
using Mlops.Registry;

namespace Mlops.Training;

/// <summary>The version that carries the alias now, scored on the candidate's held-out rows.</summary>
/// <param name="Predictions">Row-major [rows, output width]; null if it cannot score these rows.</param>
public sealed record Champion(int Version, ModelSignature Signature, double[]? Predictions);

/// <summary>How long predictions took.</summary>
/// <param name="Rows">In each prediction.</param>
/// <param name="Calls">How many were measured.</param>
/// <param name="P50">Median, in milliseconds.</param>
/// <param name="P99">The 99th percentile, in milliseconds.</param>
public sealed record LatencyFigures(int Rows, int Calls, double P50, double P99);

/// <summary>What is known of a candidate when its gates are asked.</summary>
/// <param name="Predictions">Row-major [rows, output width], of the exported model on the held-out rows.</param>
/// <param name="HeldOut">Every column of the held-out rows.</param>
/// <param name="Target">Their class index or value.</param>
/// <param name="ModelBytes">The size of <c>model.onnx</c>.</param>
/// <param name="Latencies">For every number of rows that a latency gate asks for.</param>
/// <param name="Champion">Null if no version carries the alias; then there is nothing to be worse than.</param>
/// <param name="Seed">All chance in resampling comes from it.</param>
public sealed record GateEvidence(
    ModelSignature Signature,
    double[] Predictions,
    DataFrame HeldOut,
    double[] Target,
    long ModelBytes,
    IReadOnlyList<LatencyFigures> Latencies,
    Champion? Champion,
    int Seed)
{
    /// <summary>The label that each row is given: the most probable class, or by the signature's threshold.</summary>
    internal static int[] Labels(ModelSignature signature, double[] predictions)
    {
        var width = signature.OutputWidth;
        var labels = new int[predictions.Length / width];
        for (var row = 0; row < labels.Length; row++)
        {
            labels[row] = ClassificationMeasure.Predicted(predictions.AsSpan(row * width, width), signature.DecisionThreshold);
        }

        return labels;
    }
}
