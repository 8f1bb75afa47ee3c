using Mlops.Data;

namespace Mlops.Training;

/// <summary>Measures a learner on folds of the training rows.</summary>
public static class FoldMeasurement
{
    /// <param name="data">The rows that teach.</param>
    /// <param name="options">How to train, every fold alike.</param>
    /// <param name="groups">The column that the spec names; null if it names none.</param>
    /// <exception cref="TrainingRefusedException">The rows cannot be cut like this, or a fold cannot be learned from.</exception>
    public static CrossValidationReport Measure(
        ILearner learner,
        TrainingData data,
        TrainingOptions options,
        CrossValidationSpec spec,
        Column? groups,
        CancellationToken cancellationToken)
    {
        var isClassification = data.Signature.Task is not Registry.TaskType.Regression;
        var folds = CrossValidation.Folds(spec, data.Target, isClassification, groups, options.Seed, data.Signature.Classes);
        var values = new Dictionary<string, List<double>>(StringComparer.Ordinal);
        foreach (var fold in folds)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var model = learner.Train(Part(data, fold.Train), options, cancellationToken);
            var test = Part(data, fold.Test);
            var signature = data.Signature with { DecisionThreshold = model.DecisionThreshold ?? data.Signature.DecisionThreshold };
            foreach (var (name, value) in Training.Measure.Of(signature, model.Predict(test.Features), test.Target).Metrics())
            {
                values.TryAdd(name, []);
                values[name].Add(value);
            }
        }

        var metrics = new SortedDictionary<string, IReadOnlyList<double>>(StringComparer.Ordinal);
        foreach (var (name, of) in values.Where(metric => metric.Value.Count == folds.Count))
        {
            metrics.Add(name, of);
        }

        var kind = spec.Kind ?? (isClassification ? FoldKind.Stratified : FoldKind.Random);
        return new CrossValidationReport(kind, spec.Folds, spec.Repeats, metrics, spec.Column);
    }

    private static TrainingData Part(TrainingData data, int[] rows) => new(
        data.Features.Take(rows),
        Array.ConvertAll(rows, row => data.Target[row]),
        data.Signature,
        data.Weights is { } weights ? Array.ConvertAll(rows, row => weights[row]) : null);
}
