using Mlops.Data;
using Mlops.Onnx;
using Mlops.Registry;
using Mlops.Serving;
using Mlops.Training;

namespace Mlops.Learning;

/// <summary>Whether an exported model predicts as the trained one does.</summary>
internal static class ExportAgreement
{
    /// <summary>A prediction may differ by so much, absolutely or relative to its size.</summary>
    public const double Tolerance = 1e-4;

    /// <exception cref="TrainingRefusedException">It does not, or cannot be loaded; the message says how they differ.</exception>
    public static void Require(ITrainedModel model, DataFrame rows, ModelSignature signature, CancellationToken cancellationToken)
    {
        double[] exported;
        try
        {
            using var scorer = new OnnxModelLoader(OnnxLimits.Default).Load(model.ToOnnx(), signature);
            exported = scorer.ScoreAll(rows, cancellationToken);
        }
        catch (ModelLoadException refused)
        {
            throw new TrainingRefusedException($"The exported model is not accepted: {refused.Message}");
        }

        var own = model.Predict(rows);
        var greatest = 0.0;
        var differing = new HashSet<int>();
        for (var i = 0; i < own.Length; i++)
        {
            var difference = Math.Abs(own[i] - exported[i]) / Math.Max(1, Math.Abs(own[i]));

            // Not a number differs from everything.
            if (!(difference <= Tolerance))
            {
                differing.Add(i / signature.OutputWidth);
                greatest = Math.Max(greatest, double.IsNaN(difference) ? double.PositiveInfinity : difference);
            }
        }

        TrainingChecks.Refuse(
            differing.Count > 0,
            FormattableString.Invariant(
                $"The exported model is not accepted: it differs from the trained one in {differing.Count} of {rows.RowCount} rows, by up to {greatest:G3}."));
    }
}
