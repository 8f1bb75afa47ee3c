using System.Globalization;
using Mlops.Pipelines.Training;
using Mlops.Tracking;
using Mlops.Training;

namespace Mlops.Pipelines.Studies;

/// <summary>Each trial's own run, a child of the training's. Every call may be repeated: it writes the same again.</summary>
public sealed class TrialRuns(RunStore runs, StudyStore studies, TimeProvider time)
{
    /// <summary>The tag by which trackers put a run under another.</summary>
    private const string ParentTag = "mlflow.parentRunId";

    /// <summary>Starts a trial's run, or finds the one that was started before.</summary>
    /// <returns>The run's id.</returns>
    public async Task<string> StartAsync(
        OnData step, int number, LearnerSpec learner, DateTimeOffset startedAt, CancellationToken cancellationToken)
    {
        var request = step.Training.Request;
        var parent = step.Training.Run ?? throw new ArgumentException("There is no run to be a child of.", nameof(step));
        var tenant = TenantId.Parse(request.Tenant);
        var text = number.ToString(CultureInfo.InvariantCulture);
        var start = new RunStart(
            $"trial-{text}",
            startedAt,
            [
                new Tag(ParentTag, parent.RunId),
                new Tag("mlflow.user", request.Caller),
                new Tag("mlops.study", request.Id),
                new Tag("mlops.trial", text),
            ],
            IdempotencyKey: $"{request.Id}:{text}");
        var run = await runs.CreateAsync(tenant, parent.ExperimentId, start, cancellationToken);
        var settings = (learner.Hyperparameters ?? new Dictionary<string, HyperparameterValue>())
            .Select(pair => new Param(pair.Key, pair.Value.ToString()));
        await LogAsync(tenant, run.Id, RunBatch.OfParams([new Param("learner", learner.Name), .. settings]), cancellationToken);
        return run.Id;
    }

    /// <summary>Writes on its run how a trial ended.</summary>
    public async Task EndAsync(TenantId tenant, StudyPlan plan, StudyTrial trial, CancellationToken cancellationToken)
    {
        var endedAt = trial.EndedAt ?? throw new ArgumentException("The trial has not ended.", nameof(trial));
        await LogAsync(
            tenant,
            trial.RunId,
            new RunBatch([.. Metrics(plan, trial, endedAt.ToUnixTimeMilliseconds())], [], [.. Tags(trial)]),
            cancellationToken);
        var status = trial.State is TrialState.Complete ? RunStatus.Finished
            : trial.State is TrialState.Pruned || trial.Cancelled ? RunStatus.Killed
            : RunStatus.Failed;
        await runs.FinishAsync(tenant, trial.RunId, status, endedAt, cancellationToken);
    }

    /// <summary>Ends a trial that runs, and its run, because its training was cancelled. One that has ended stays as it is.</summary>
    public async Task CancelAsync(TenantId tenant, string study, StudyTrial trial, CancellationToken cancellationToken)
    {
        var ended = await studies.EndAsync(tenant, study, trial.CancelledAt(time.GetUtcNow()), cancellationToken);
        if (ended is { Cancelled: true, EndedAt: { } endedAt })
        {
            await runs.FinishAsync(tenant, ended.RunId, RunStatus.Killed, endedAt, cancellationToken);
        }
    }

    /// <summary>Cancels every trial of a study that runs. When this returns, their runs have ended too.</summary>
    /// <remarks>A trial that another has just cancelled may have a run that has not ended yet: its end is written here as well.</remarks>
    public async Task CancelAllAsync(TenantId tenant, string study, CancellationToken cancellationToken)
    {
        foreach (var trial in await studies.TrialsAsync(tenant, study, cancellationToken))
        {
            if (!trial.HasEnded || trial.Cancelled)
            {
                await CancelAsync(tenant, study, trial, cancellationToken);
            }
        }
    }

    /// <summary>What was measured on the way by its steps, and in the end at the last of them.</summary>
    private static IEnumerable<Metric> Metrics(StudyPlan plan, StudyTrial trial, long at)
    {
        var objective = plan.Objectives[0];
        var (key, sign) = plan.SingleSplit ? ("validationLoss", objective.Maximize ? -1 : 1) : (objective.Metric, 1);
        var intermediate = trial.Intermediate ?? [];
        foreach (var reported in intermediate)
        {
            yield return new Metric(key, sign * reported.Value, at, reported.Step);
        }

        foreach (var (metric, value) in trial.Metrics ?? new Dictionary<string, double>())
        {
            yield return new Metric(metric, value, at, plan.SingleSplit || intermediate.Count is 0 ? 0 : intermediate[^1].Step);
        }
    }

    private static IEnumerable<Tag> Tags(StudyTrial trial)
    {
        if (trial.State is TrialState.Pruned)
        {
            yield return new Tag("mlops.pruned", "true");
        }

        if (trial.Reason is { } reason)
        {
            yield return new Tag(trial.State is TrialState.Failed ? "mlops.failure" : "mlops.reason", reason);
        }
    }

    /// <exception cref="InvalidOperationException">The run is gone or refuses the batch, which is a broken promise.</exception>
    private async Task LogAsync(TenantId tenant, string run, RunBatch batch, CancellationToken cancellationToken)
    {
        var logged = await runs.LogBatchAsync(tenant, run, batch, cancellationToken);
        if (logged is not LogOutcome.Logged)
        {
            throw new InvalidOperationException($"Run {run} does not take its batch: {logged}");
        }
    }
}
