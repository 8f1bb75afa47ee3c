using Microsoft.Azure.Functions.Worker;
using Mlops.Pipelines.Training;
using Mlops.Training;

namespace Mlops.Pipelines.Studies;

/// <summary>Decides what a trial tries, or that there are no more. Repeated, it finds the trial that it began before.</summary>
public sealed class SuggestTrial(
    IEnumerable<ILearner> learners, TrainingFiles files, StudyStore studies, TrialRuns runs, WatchedLearning watched, TimeProvider time)
{
    /// <exception cref="TrainingRefusedException">The training was cancelled.</exception>
    [Function(nameof(SuggestTrial))]
    public async Task<SuggestedTrial> RunAsync([ActivityTrigger] TrialRequest request, CancellationToken cancellationToken)
    {
        var training = request.Step.Training.Request;
        var (tenant, id) = (TenantId.Parse(training.Tenant), training.Id);
        if (await studies.FindAsync(tenant, id, request.Number, cancellationToken) is not null)
        {
            return new SuggestedTrial();
        }

        var plan = await files.ReadAsync<StudyPlan>(tenant, id, TrainingFiles.StudyPlan, cancellationToken);
        var space = StudyPlan.SpaceOf(plan.Search, plan.Learner, learners);
        var trials = await studies.TrialsAsync(tenant, id, cancellationToken);
        await studies.ReportAsync(tenant, id, StudyProgress.Of(plan, trials), cancellationToken);
        var view = plan.Before(space, trials, request.Number);
        if (StudyStopping.Reason(plan.Search, view, TimeSpan.FromMinutes(request.Minutes)) is { } reason)
        {
            return new SuggestedTrial(Told(plan.Search, reason));
        }

        var parameters = request.Number < plan.Enqueued.Count
            ? plan.Enqueued[request.Number]
            : SearchStrategies.Sampler(plan.Search.Sampler, plan.Search.Pruner).Suggest(view, request.Number);
        var startedAt = time.GetUtcNow();
        var run = await runs.StartAsync(request.Step, request.Number, plan.LearnerOf(parameters), startedAt, cancellationToken);
        var trial = await studies.AddAsync(
            tenant,
            id,
            new StudyTrial(request.Number, TrialState.Running, parameters, plan.SeenBy(request.Number), run, startedAt),
            cancellationToken);
        await RequireWantedAsync(request.Step, trial, cancellationToken);
        return new SuggestedTrial();
    }

    private static string Told(SearchSpec search, StopReason reason) => reason switch
    {
        StopReason.Minutes => FormattableString.Invariant($"The {search.MaxMinutes} minutes were over."),
        StopReason.Patience => FormattableString.Invariant($"{search.Patience} trials in a row were no better than the best."),
        StopReason.GridExhausted => "Every combination of the grid has been tried.",
        _ => "All trials that were asked for have been made.",
    };

    /// <summary>Looks only now: whoever cancels first says so and then ends the trials that there are.</summary>
    private async Task RequireWantedAsync(OnData step, StudyTrial trial, CancellationToken cancellationToken)
    {
        var training = step.Training.Request;
        var tenant = TenantId.Parse(training.Tenant);
        try
        {
            await watched.RequireWantedAsync(tenant, training.Id, cancellationToken);
        }
        catch (TrainingRefusedException)
        {
            await runs.CancelAsync(tenant, training.Id, trial, cancellationToken);
            throw;
        }
    }
}
