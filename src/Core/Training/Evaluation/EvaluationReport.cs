using Mlops.Registry;

namespace Mlops.Training;

/// <summary>How good a model is on rows it has not seen.</summary>
/// <param name="Rows">How many rows were scored.</param>
/// <param name="Metrics">The metrics of <see cref="MetricCatalog"/> for the task; one that is undefined on these rows is left out.</param>
/// <param name="Baseline">The same metrics of a model that always says what is most common, or the mean.</param>
/// <param name="ConfusionMatrix">Rows by true class (outer) and predicted class (inner), in signature order; absent for regression.</param>
public sealed record EvaluationReport(
    int Rows,
    IReadOnlyDictionary<string, double> Metrics,
    IReadOnlyDictionary<string, double> Baseline,
    IReadOnlyList<IReadOnlyList<int>>? ConfusionMatrix = null);

/// <summary>Measures predictions against the truth.</summary>
public static class Evaluation
{
    /// <param name="signature">What was predicted, and for classes their order.</param>
    /// <param name="predictions">Row-major [rows, output width]: probabilities or values.</param>
    /// <param name="target">The true class index or value of each row.</param>
    /// <param name="trainingTarget">The targets learned from: what the baseline knows.</param>
    public static EvaluationReport Evaluate(
        ModelSignature signature, double[] predictions, double[] target, double[] trainingTarget)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(predictions.Length, target.Length * signature.OutputWidth);
        if (signature.Task is TaskType.Regression)
        {
            var mean = trainingTarget.Average();
            return new EvaluationReport(
                target.Length,
                Finite(RegressionMetrics.Compute(predictions, target)),
                Finite(RegressionMetrics.Compute([.. target.Select(_ => mean)], target)),
                ConfusionMatrix: null);
        }

        var classes = signature.Classes.Count;
        var prior = new double[classes];
        foreach (var label in trainingTarget)
        {
            prior[(int)label] += 1.0 / trainingTarget.Length;
        }

        var confusion = ClassificationMetrics.Confusion(predictions, target, classes);
        return new EvaluationReport(
            target.Length,
            Finite(ClassificationMetrics.Compute(predictions, target, classes)),
            Finite(ClassificationMetrics.Compute([.. target.SelectMany(_ => prior)], target, classes)),
            [.. confusion.Select(row => (IReadOnlyList<int>)row)]);
    }

    private static SortedDictionary<string, double> Finite(IEnumerable<(string Name, double Value)> metrics) =>
        new(
            metrics.Where(metric => double.IsFinite(metric.Value)).ToDictionary(metric => metric.Name, metric => metric.Value),
            StringComparer.Ordinal);
}
