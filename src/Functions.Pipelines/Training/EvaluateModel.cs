using Microsoft.Azure.Functions.Worker;
using Mlops.Training;

namespace Mlops.Pipelines.Training;

/// <summary>
/// Measures the exported model on the held-out rows, as it serves, and the learner on folds of the training rows if asked.
/// </summary>
public sealed class EvaluateModel(HeldOutScores scores, TrainingTable table, TrainingFiles files, IEnumerable<ILearner> learners)
{
    /// <returns>The figures that travel; the whole report lies in the training's folder.</returns>
    /// <exception cref="TrainingRefusedException">The training rows cannot be cut into the folds asked for.</exception>
    [Function(nameof(EvaluateModel))]
    public async Task<EvaluationSummary> RunAsync([ActivityTrigger] OnData step, CancellationToken cancellationToken)
    {
        var request = step.Training.Request;
        var (tenant, id) = (TenantId.Parse(request.Tenant), request.Id);
        var (rows, predictions) = await scores.ReadAsync(step, cancellationToken);
        var context = new ReportContext(
            await CrossValidateAsync(step, rows, cancellationToken),
            await files.FindAsync<List<LossPoint>>(tenant, id, TrainingFiles.LearningCurve, cancellationToken),
            await files.FindAsync<List<TrialPoint>>(tenant, id, TrainingFiles.Study, cancellationToken));
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

    private async Task<CrossValidationReport?> CrossValidateAsync(OnData step, PreparedRows rows, CancellationToken cancellationToken)
    {
        var spec = step.Training.Request.Spec;
        if (spec.Evaluation?.CrossValidation is not { } folds)
        {
            return null;
        }

        var learner = learners.First(known => known.Name == spec.Learner!.Name);
        var options = new TrainingOptions(
            spec.Learner!.SettingsFor(learner),
            spec.Seed,
            Environment.ProcessorCount,
            Preprocessing: spec.Preprocessing,
            Monotone: spec.Learner!.Monotone);
        var groups = folds.Column is { } column ? (await table.ReadTrainingRowsAsync(step, cancellationToken))[column] : null;
        var data = new TrainingData(rows.Train, rows.TrainTarget, rows.Signature);
        return FoldMeasurement.Measure(learner, data, options, folds, groups, cancellationToken);
    }
}
