using Mlops.Registry;
using Mlops.Serving;

namespace Mlops.Training;

/// <summary>Measures what one trial's settings are worth, on training rows that its models have not seen.</summary>
/// <remarks>
/// Over folds, the value after each fold is the mean of the first objective so far. Over a single split the model is watched round
/// by round: there the intermediate value is the validation loss, negative where the first objective is maximised, so that better is
/// always in the objective's direction. Either may be given up on the way; a trial that has been measured to its end is complete.
/// </remarks>
/// <param name="shouldPrune">Asked with all that the trial has reported whenever it reports.</param>
public sealed class TrialEvaluation(
    StudyPlan plan, ModelSignature signature, IModelLoader loader, TimeProvider time, Func<IReadOnlyList<IntermediateValue>, bool> shouldPrune)
{
    private readonly List<IntermediateValue> _reported = [];

    /// <param name="rows">The training rows of the study.</param>
    /// <exception cref="TrainingRefusedException">The rows cannot be cut into folds or learned from.</exception>
    public TrialOutcome Evaluate(LearningRows rows, Fit fit, CancellationToken cancellationToken)
    {
        var groups = plan.Validation.Column is { } column ? rows.Frame.Find(column) : null;
        var folds = CrossValidation.Folds(
            plan.Validation, rows.Target, signature.Task is not TaskType.Regression, groups, plan.Seed, signature.Classes);
        try
        {
            return plan.SingleSplit ? OfSplit(rows, folds[0], fit, cancellationToken) : OfFolds(rows, folds, fit, cancellationToken);
        }
        catch (TrialPrunedException)
        {
            return new TrialOutcome(
                TrialState.Pruned, null, _reported, null, $"Given up after step {_reported[^1].Step}: others were better there.");
        }
    }

    private TrialOutcome OfFolds(LearningRows rows, IReadOnlyList<HoldOut> folds, Fit fit, CancellationToken cancellationToken)
    {
        var measured = new List<IReadOnlyDictionary<string, double>>();
        ITrainedModel? model = null;
        for (var fold = 0; fold < folds.Count; fold++)
        {
            var (train, test) = (rows.Take(folds[fold].Train), rows.Take(folds[fold].Test));
            model = fit(train, null, null, cancellationToken);
            measured.Add(MeasureOn(model, test));
            if (MeanOf(measured, plan.Objectives[0].Metric) is { } value)
            {
                _reported.Add(new IntermediateValue(fold + 1, value));
                PruneUnless(fold == folds.Count - 1);
            }
        }

        return Complete(measured, model!, rows, cancellationToken);
    }

    private TrialOutcome OfSplit(LearningRows rows, HoldOut split, Fit fit, CancellationToken cancellationToken)
    {
        var (train, test) = (rows.Take(split.Train), rows.Take(split.Test));
        var sign = plan.Objectives[0].Maximize ? -1 : 1;
        var model = fit(train, test, Watch, cancellationToken);
        return Complete([MeasureOn(model, test)], model, rows, cancellationToken);

        void Watch(TrainingProgress progress)
        {
            if (IsReported(progress.Completed) && double.IsFinite(progress.Loss))
            {
                _reported.Add(new IntermediateValue(progress.Completed, sign * progress.Loss));
                PruneUnless(progress.Completed >= progress.Total);
            }
        }
    }

    /// <summary>
    /// Every round up to 100, every tenth up to 1,000, every hundredth beyond: the same rounds in every trial, so that they compare, and
    /// at most 280 of them.
    /// </summary>
    private static bool IsReported(int round) => round <= 100 || round % (round <= 1_000 ? 10 : 100) is 0;

    private void PruneUnless(bool isLast)
    {
        if (!isLast && shouldPrune(_reported))
        {
            throw new TrialPrunedException();
        }
    }

    private SortedDictionary<string, double> MeasureOn(ITrainedModel model, LearningRows test)
    {
        var features = test.Frame.Select(signature.Features.Select(feature => feature.Name));
        var deciding = signature with { DecisionThreshold = model.DecisionThreshold };
        return Measure.Of(deciding, model.Predict(features), test.Target).Metrics();
    }

    private TrialOutcome Complete(
        List<IReadOnlyDictionary<string, double>> measured, ITrainedModel model, LearningRows rows, CancellationToken cancellationToken)
    {
        var metrics = new SortedDictionary<string, double>(StringComparer.Ordinal);
        foreach (var metric in measured.SelectMany(fold => fold.Keys).Distinct())
        {
            metrics[metric] = MeanOf(measured, metric) ?? double.NaN;
        }

        if (plan.Objectives.Any(objective => objective.Metric is StudyObjective.Latency or StudyObjective.Size))
        {
            var graph = model.ToOnnx();
            metrics[StudyObjective.Size] = graph.Length;
            metrics[StudyObjective.Latency] = Latency.Median(
                loader, graph, signature, rows.Frame.Select(signature.Features.Select(feature => feature.Name)), time, cancellationToken);
        }

        return plan.Objectives.FirstOrDefault(objective => !metrics.ContainsKey(objective.Metric)) is { } undefined
            ? new TrialOutcome(TrialState.Failed, null, _reported, metrics, $"{undefined.Metric} is undefined on the validation rows.")
            : new TrialOutcome(
                TrialState.Complete, [.. plan.Objectives.Select(objective => metrics[objective.Metric])], _reported, metrics);
    }

    /// <summary>Over the folds in which the metric is defined; null if it is in none.</summary>
    private static double? MeanOf(List<IReadOnlyDictionary<string, double>> measured, string metric)
    {
        var (sum, count) = (0.0, 0);
        foreach (var fold in measured)
        {
            if (fold.TryGetValue(metric, out var value))
            {
                sum += value;
                count++;
            }
        }

        return count is 0 ? null : sum / count;
    }

    private sealed class TrialPrunedException : Exception;
}
