using Mlops.Explanations;
using Mlops.Registry;
using Mlops.Serving;

namespace Mlops.Onnx;

/// <summary>Explains a model that ends in a sum of trees or weights.</summary>
/// <param name="isOutput">Whether the sums are the outputs themselves.</param>
internal sealed class AdditiveExplainer(IModelScorer scorer, EncodedColumns encoder, ExactSums sums, bool isOutput) : IModelExplainer
{
    public ExplanationMethod Method => sums.Method;

    public ExplanationScale Scale => !isOutput ? ExplanationScale.Score
        : scorer.Signature.Task is TaskType.Regression ? ExplanationScale.Value : ExplanationScale.Probability;

    public IReadOnlyList<string> Outputs => ExplainedOutputs.Names(scorer.Signature);

    public Attributions Explain(FeatureBatch rows, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var all = sums.Explain(encoder.Encode(rows), rows.Rows);
        return scorer.Signature.Task is TaskType.Binary && sums.Outputs is 2
            ? ExplainedOutputs.OfPositive(all, sums.IsSoftmax)
            : all;
    }

    public void Dispose()
    {
        encoder.Dispose();
        scorer.Dispose();
    }
}

/// <summary>Explains any model by scoring it.</summary>
internal sealed class SampledExplainer(IModelScorer scorer, FeatureBatch background, ExplanationOptions options) : IModelExplainer
{
    private readonly KernelShap _shap = new(scorer, background, options.Budget, options.Seed);

    public ExplanationMethod Method => ExplanationMethod.KernelShap;

    public ExplanationScale Scale =>
        scorer.Signature.Task is TaskType.Regression ? ExplanationScale.Value : ExplanationScale.Probability;

    public IReadOnlyList<string> Outputs => ExplainedOutputs.Names(scorer.Signature);

    public Attributions Explain(FeatureBatch rows, CancellationToken cancellationToken)
    {
        var all = _shap.Explain(rows, cancellationToken);
        return scorer.Signature.Task is TaskType.Binary ? ExplainedOutputs.OfPositive(all, minusNegative: false) : all;
    }

    public void Dispose() => scorer.Dispose();
}

/// <summary>Of two classes only the positive one is explained: what speaks for it speaks against the other.</summary>
internal static class ExplainedOutputs
{
    public static IReadOnlyList<string> Names(ModelSignature signature) => signature.Task switch
    {
        TaskType.Regression => [signature.Target],
        TaskType.Binary => [signature.Classes[^1]],
        _ => signature.Classes,
    };

    /// <param name="minusNegative">Whether a softmax follows, to which only the difference of the scores matters: the log odds.</param>
    public static Attributions OfPositive(Attributions both, bool minusNegative)
    {
        var factor = minusNegative ? 1 : 0;
        var outputs = new double[both.Rows];
        var values = new double[both.Rows * both.Features];
        for (var row = 0; row < both.Rows; row++)
        {
            outputs[row] = both.Outputs[(row * 2) + 1] - (factor * both.Outputs[row * 2]);
            var negative = both.Of(row, 0);
            var positive = both.Of(row, 1);
            for (var feature = 0; feature < both.Features; feature++)
            {
                values[(row * both.Features) + feature] = positive[feature] - (factor * negative[feature]);
            }
        }

        return new Attributions(both.Rows, both.Features, [both.BaseValues[1] - (factor * both.BaseValues[0])], outputs, values);
    }
}
