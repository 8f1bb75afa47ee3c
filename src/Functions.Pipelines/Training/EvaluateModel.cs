using Microsoft.Azure.Functions.Worker;
using Mlops.Training;

namespace Mlops.Pipelines.Training;

/// <summary>
/// Measures the exported model on the held-out rows, as it serves, and the learner on folds of the training rows if asked.
/// </summary>
public sealed class EvaluateModel(HeldOutScores scores, ExportedImportance importance, TrainingFiles files, LearnerFits fits)
{
    /// <returns>The figures that travel; the whole report lies in the training's folder.</returns>
    /// <exception cref="TrainingRefusedException">The training rows cannot be cut into the folds asked for.</exception>
    [Function(nameof(EvaluateModel))]
    public async Task<EvaluationSummary> RunAsync([ActivityTrigger] OnData step, CancellationToken cancellationToken)
    {
        var request = step.Training.Request;
        var (tenant, id) = (TenantId.Parse(request.Tenant), request.Id);
        var (rows, predictions) = await scores.ReadAsync(step, cancellationToken);
        var study = await files.FindAsync<StudyReport>(tenant, id, TrainingFiles.Study, cancellationToken);
        var context = new ReportContext(
            await CrossValidateAsync(step, rows, cancellationToken),
            await files.FindAsync<List<LossPoint>>(tenant, id, TrainingFiles.LearningCurve, cancellationToken),
            study is null ? null : Points(study),
            await importance.MeasureAsync(step, rows, cancellationToken),
            study?.Notes);
        var report = EvaluationReports.Build(
            new ScoredRows(rows.Signature, rows.HeldOut, predictions, rows.HeldOutTarget, rows.TrainTarget),
            request.Spec.Evaluation ?? new EvaluationSpec(),
            context,
            request.Spec.Seed,
            Environment.ProcessorCount,
            cancellationToken);
        await files.WriteAsync(tenant, id, TrainingFiles.Evaluation, report, cancellationToken);
        return report.Summary;
    }

    private static List<TrialPoint> Points(StudyReport study) =>
    [
        .. study.Trials.Select(trial => new TrialPoint(
            trial.Number, trial.State, trial.Values is [var value, ..] ? value : null, trial.Parameters)),
    ];

    private async Task<CrossValidationReport?> CrossValidateAsync(OnData step, PreparedRows rows, CancellationToken cancellationToken)
    {
        var spec = step.Training.Request.Spec;
        if (spec.Evaluation?.CrossValidation is not { } folds)
        {
            return null;
        }

        var choice = await files.ChoiceAsync(
            TenantId.Parse(step.Training.Request.Tenant), step.Training.Request.Id, spec, cancellationToken);
        var fit = fits.For(spec, choice, rows.Signature, Environment.ProcessorCount);
        var groups = folds.Column is { } column ? rows.Training.Frame[column] : null;
        return FoldMeasurement.Measure(fit.Learner, fit.DataOf(rows.Training), fit.Options, folds, groups, cancellationToken);
    }
}
