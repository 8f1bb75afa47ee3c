using System.Globalization;
using Microsoft.Azure.Functions.Worker;
using Mlops.Tracking;
using Mlops.Training;

namespace Mlops.Pipelines.Training;

/// <summary>Writes what was tried and how good it was on the training's run and ends it. Repeated, it writes the same again.</summary>
public sealed class LogRun(LearnerFits fits, RunStore runs, ArtifactStore artifacts, TrainingFiles files, TimeProvider time)
{
    /// <exception cref="InvalidOperationException">The run is gone or refuses the batch, which is a broken promise.</exception>
    [Function(nameof(LogRun))]
    public async Task<bool> RunAsync([ActivityTrigger] TrainedModel made, CancellationToken cancellationToken)
    {
        var request = made.Training.Request;
        var tenant = TenantId.Parse(request.Tenant);
        var run = made.Training.Run?.RunId ?? throw new ArgumentException("There is no run to log to.", nameof(made));

        var choice = await files.ChoiceAsync(tenant, request.Id, request.Spec, cancellationToken);
        var logged = await runs.LogBatchAsync(tenant, run, Batch(made, choice.Learner), cancellationToken);
        if (logged is not LogOutcome.Logged)
        {
            throw new InvalidOperationException($"Run {run} does not take its batch: {logged}");
        }

        var report = await files.ReadBytesAsync(tenant, request.Id, TrainingFiles.Evaluation, cancellationToken);
        using var content = new MemoryStream(report, writable: false);
        await artifacts.PutAsync(tenant, run, ArtifactPath.Parse(TrainingFiles.Evaluation), content, cancellationToken);
        await runs.FinishAsync(tenant, run, RunStatus.Finished, time.GetUtcNow(), cancellationToken);
        return true;
    }

    private RunBatch Batch(TrainedModel made, LearnerSpec learner)
    {
        var spec = made.Training.Request.Spec;
        var at = new DateTimeOffset(made.Training.StartedAt, TimeSpan.Zero).ToUnixTimeMilliseconds();
        var hyperparameters = learner.SettingsFor(fits.Find(learner.Name))
            .Select(pair => new Param(pair.Key, pair.Value.ToString()));
        return new RunBatch(
            [.. made.Report.Metrics.Select(metric => new Metric(metric.Key, metric.Value, at)),
                .. made.Model.Facts.Select(fact => new Metric(fact.Key, fact.Value, at))],
            [
                new Param("learner", learner.Name),
                new Param("seed", spec.Seed.ToString(CultureInfo.InvariantCulture)),
                .. hyperparameters,
            ],
            [
                new Tag("mlops.dataset", $"{made.Data.Dataset}:{made.Data.Version}"),
                new Tag("mlops.dataset.sha256", made.Data.Sha256),
                new Tag("mlops.model.sha256", made.Model.Sha256),
            ]);
    }
}
