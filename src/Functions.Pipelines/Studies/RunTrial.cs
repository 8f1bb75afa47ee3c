using Microsoft.Azure.Functions.Worker;
using Mlops.Pipelines.Training;
using Mlops.Serving;
using Mlops.Training;

namespace Mlops.Pipelines.Studies;

/// <summary>Measures a trial and writes down how it ended. Repeated, it leaves a trial that has ended as it is.</summary>
/// <remarks>
/// A trial whose learner refuses or breaks has failed, which is a result like others. A process that dies in a trial begins it anew,
/// and it comes to the same: all chance follows from the study's seed.
/// </remarks>
public sealed class RunTrial(
    IEnumerable<ILearner> learners,
    TrainingTable table,
    TrainingFiles files,
    StudyStore studies,
    TrialRuns runs,
    LearnerFits fits,
    WatchedLearning watched,
    IModelLoader loader,
    TimeProvider time)
{
    /// <exception cref="TrainingRefusedException">The training was cancelled.</exception>
    [Function(nameof(RunTrial))]
    public async Task<bool> RunAsync([ActivityTrigger] TrialRequest request, CancellationToken cancellationToken)
    {
        var training = request.Step.Training.Request;
        var (tenant, id) = (TenantId.Parse(training.Tenant), training.Id);
        var plan = await files.ReadAsync<StudyPlan>(tenant, id, TrainingFiles.StudyPlan, cancellationToken);
        var trial = await studies.GetAsync(tenant, id, request.Number, cancellationToken);
        if (!trial.HasEnded)
        {
            try
            {
                var outcome = await MeasureAsync(request.Step, plan, trial, cancellationToken);
                trial = await studies.EndAsync(tenant, id, trial.Ended(outcome, time.GetUtcNow()), cancellationToken);
            }
            catch (TrainingRefusedException)
            {
                await runs.CancelAsync(tenant, id, trial, cancellationToken);
                throw;
            }
        }

        await runs.EndAsync(tenant, plan, trial, cancellationToken);
        return true;
    }

    private async Task<TrialOutcome> MeasureAsync(OnData step, StudyPlan plan, StudyTrial trial, CancellationToken cancellationToken)
    {
        var request = step.Training.Request;
        var tenant = TenantId.Parse(request.Tenant);
        var rows = await table.ReadSplitAsync(step, cancellationToken);
        var behind = plan.Behind(
            StudyPlan.SpaceOf(plan.Search, plan.Learner, learners),
            await studies.TrialsAsync(tenant, request.Id, cancellationToken),
            trial.Number);
        var pruner = SearchStrategies.Pruner(plan.Search.Pruner);
        var evaluation = new TrialEvaluation(
            plan,
            rows.Signature,
            loader,
            time,
            reported => pruner.ShouldPrune(behind, trial.AsTrial() with { Intermediate = reported }));
        var choice = new TrainingChoice(plan.LearnerOf(trial.Parameters), plan.Preprocessing);
        var fit = fits.For(request.Spec, choice, rows.Signature, Math.Max(1, Environment.ProcessorCount / plan.Search.Parallel));
        return await watched.RunAsync(
            tenant, request.Id, stop => Measure(evaluation, rows.Training, fit.Train, stop), progress: null, cancellationToken);
    }

    private static TrialOutcome Measure(TrialEvaluation evaluation, LearningRows rows, Fit fit, CancellationToken cancellationToken)
    {
        try
        {
            return evaluation.Evaluate(rows, fit, cancellationToken);
        }
        catch (Exception failure) when (failure is not (OperationCanceledException or OutOfMemoryException))
        {
            return new TrialOutcome(TrialState.Failed, null, [], null, failure.Message);
        }
    }
}
