using Mlops.Data;
using Mlops.Registry;

namespace Mlops.Training;

/// <summary>What was predicted for rows that the model has not seen, and what is true of them.</summary>
/// <param name="Rows">Every column that may cut the rows into slices.</param>
/// <param name="Predictions">Row-major [rows, output width].</param>
/// <param name="Target">The true class index or value of each row.</param>
/// <param name="TrainingTarget">The targets learned from.</param>
public sealed record ScoredRows(
    ModelSignature Signature, DataFrame Rows, double[] Predictions, double[] Target, double[] TrainingTarget);

/// <summary>What a report shows besides the predictions.</summary>
public sealed record ReportContext(
    CrossValidationReport? CrossValidation = null,
    IReadOnlyList<LossPoint>? LearningCurve = null,
    IReadOnlyList<TrialPoint>? Trials = null,
    FeatureImportance? Importance = null,
    IReadOnlyList<string>? Notes = null);

/// <summary>Writes evaluation reports.</summary>
public static class EvaluationReports
{
    /// <summary>Of more classes the intervals take too long: each area is a pass over the rows for each class and resample.</summary>
    private const int MostClassesResampled = 50;

    private const int MostSlices = 10;
    private const int MostTrials = 1_000;
    private const int MostNotes = 50;
    private const int LongestNote = 500;
    private const double Worse = 0.05;

    /// <summary>Measures everything that the spec asks for.</summary>
    /// <param name="seed">Of the resamples.</param>
    /// <param name="threads">At most this many, at least 1; the report does not depend on it.</param>
    /// <exception cref="TrainingRefusedException">The spec names a slice column that the rows have not.</exception>
    public static EvaluationReport Build(
        ScoredRows scored, EvaluationSpec spec, ReportContext context, int seed, int threads, CancellationToken cancellationToken)
    {
        var (signature, predictions, target) = (scored.Signature, scored.Predictions, scored.Target);
        var summary = Evaluation.Evaluate(signature, predictions, target, scored.TrainingTarget);
        var headline = MetricCatalog.Headline(signature.Task).Name;
        var resamples = signature.Classes.Count > MostClassesResampled ? 0 : spec.Bootstrap;
        var intervals = Intervals(signature, predictions, target);
        var losses = Evaluation.Losses(signature, predictions, target);
        var found = SliceSearch.Find(SliceColumns(scored, spec), losses, pairs: spec.Slices is null, cancellationToken);
        var slices = (spec.Slices is null ? found.Take(MostSlices) : found).Select(Report).ToList();
        var isRegression = signature.Task is TaskType.Regression;
        var confusion = isRegression ? null : Evaluation.Confusion(signature, predictions, target);
        return new EvaluationReport(
            target.Length,
            summary.Metrics,
            summary.Baseline,
            headline,
            Improvement(summary),
            intervals,
            spec.Confidence,
            resamples,
            confusion is null ? [] : ReportCurves.Classes(signature, predictions, target, confusion),
            isRegression ? [] : ReportCurves.Curves(signature, predictions, target),
            isRegression ? [] : ReportCurves.Calibration(signature, predictions, target),
            slices,
            found.Count,
            Slicing.LeastRows(target.Length),
            context.LearningCurve ?? [],
            [.. (context.Trials ?? []).Take(MostTrials)],
            confusion?.Select(row => (IReadOnlyList<int>)row).ToList(),
            isRegression ? ReportCurves.Residuals(predictions, target) : null,
            context.CrossValidation,
            context.Importance,
            context.Notes?.Take(MostNotes).Select(note => note.Length > LongestNote ? $"{note[..LongestNote]}…" : note).ToList());

        SortedDictionary<string, Interval> Intervals(ModelSignature of, double[] predicted, double[] truth) =>
            Bootstrap.Intervals(Measure.Of(of, predicted, truth), resamples, spec.Confidence, seed, threads, cancellationToken);

        SliceReport Report(FoundSlice slice)
        {
            var rows = slice.Slice.Rows;
            var width = signature.OutputWidth;
            var predicted = new double[rows.Length * width];
            for (var i = 0; i < rows.Length; i++)
            {
                predictions.AsSpan(rows[i] * width, width).CopyTo(predicted.AsSpan(i * width));
            }

            var truth = Array.ConvertAll(rows, row => target[row]);
            return new SliceReport(
                slice.Slice.Conditions,
                rows.Length,
                Measure.Of(signature, predicted, truth).Metrics(),
                slice.Loss,
                slice.LossElsewhere,
                slice.PValue,
                slice.PValue < Worse && slice.Loss > slice.LossElsewhere,
                Intervals(signature, predicted, truth).GetValueOrDefault(headline));
        }
    }

    private static SortedDictionary<string, double> Improvement(EvaluationSummary summary)
    {
        var improvement = new SortedDictionary<string, double>(StringComparer.Ordinal);
        foreach (var (name, value) in summary.Metrics)
        {
            // What says the same of every row is calibrated without merit.
            if (name is not "ece"
                && summary.Baseline.TryGetValue(name, out var baseline)
                && MetricCatalog.Find(name)?.Improvement(value, baseline) is { } share)
            {
                improvement.Add(name, share);
            }
        }

        return improvement;
    }

    private static List<Column> SliceColumns(ScoredRows scored, EvaluationSpec spec)
    {
        if (spec.Slices is not { } names)
        {
            return [.. scored.Rows.Columns.Where(column => column.Name != scored.Signature.Target)];
        }

        return
        [
            .. names.Select((name, i) => scored.Rows.Find(name)
                ?? throw new TrainingRefusedException($"evaluation.slices[{i}]: the data set has no column '{name}'.")),
        ];
    }
}
