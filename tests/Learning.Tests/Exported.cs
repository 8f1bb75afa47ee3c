using Mlops.Data;
using Mlops.Onnx;
using Mlops.Registry;
using Mlops.Serving;
using Mlops.Training;

namespace Mlops.Learning;

/// <summary>A trained model's graph, scored through the loader that serving uses.</summary>
internal static class Exported
{
    /// <summary>Row-major [rows, output width], scored in batches of at most <paramref name="batch"/> rows.</summary>
    public static double[] Score(byte[] onnx, DataFrame features, ModelSignature signature, int batch = 256)
    {
        using var scorer = new OnnxModelLoader(OnnxLimits.Default).Load(onnx, signature);
        var scores = new List<double>();
        for (var start = 0; start < features.RowCount; start += batch)
        {
            var part = features.Take([.. Enumerable.Range(start, Math.Min(batch, features.RowCount - start))]);
            var output = new float[part.RowCount * signature.OutputWidth];
            scorer.Score(Batch(part), output);
            scores.AddRange(output.Select(value => (double)value));
        }

        return [.. scores];
    }

    /// <summary>Every prediction of the graph is the learner's own within 1e-5, absolutely or relative to its size.</summary>
    public static void AgreesWithItself(ITrainedModel model, TrainingData data, int batch = 256)
    {
        var own = model.Predict(data.Features);
        var exported = Score(model.ToOnnx(), data.Features, data.Signature, batch);
        Assert.Equal(own.Length, exported.Length);
        for (var i = 0; i < own.Length; i++)
        {
            Assert.InRange(exported[i], own[i] - Tolerance(own[i]), own[i] + Tolerance(own[i]));
        }
    }

    private static double Tolerance(double value) => 1e-5 * Math.Max(1, Math.Abs(value));

    private static FeatureBatch Batch(DataFrame features)
    {
        var numbers = features.Columns.OfType<NumericColumn>().ToArray();
        var strings = features.Columns.OfType<StringColumn>().ToArray();
        var rows = Enumerable.Range(0, features.RowCount).ToArray();
        return new FeatureBatch(
            rows.Length,
            rows.SelectMany(row => numbers.Select(column => (float)column.Values[row])).ToArray(),
            rows.SelectMany(row => strings.Select(column => column[row] ?? "")).ToArray());
    }
}
