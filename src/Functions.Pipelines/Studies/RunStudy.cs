using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Mlops.Training;

namespace Mlops.Pipelines.Studies;

/// <summary>Searches for settings: a window of trials slides over their numbers.</summary>
/// <remarks>
/// <para>With P trials at once, trial n is suggested when the trials up to n − P have ended, and is told of exactly those; the ones
/// between count as running. A fast trial therefore never overtakes: what is suggested follows from the study's seed and the number,
/// so that a parallel study gives the same trials each time, killed or not. The price is that a slow trial holds up the window.</para>
/// <para>History grows with trials, and a long one is slow to replay: after <see cref="TrialsPerGeneration"/> trials the study waits
/// for those under way and begins again with an empty history. What has happened lies in the <see cref="StudyStore"/>.</para>
/// </remarks>
public static class RunStudy
{
    /// <summary>At most this many trials, or five windows if that is more, are in one history: some six events each.</summary>
    public const int TrialsPerGeneration = 20;

    private const string AllTried = "All trials that were asked for have been made.";

    [Function(nameof(RunStudy))]
    public static async Task<EndedStudy> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context, StudyRequest request)
    {
        try
        {
            var settings = request.Settings
                ?? await context.CallActivityAsync<StudySettings>(nameof(PlanStudy), request.Step, PipelineRetries.Options);
            var (next, stopped) = await RunTrialsAsync(context, request, settings);
            if (stopped is null && next < settings.Trials)
            {
                context.ContinueAsNew(request with { NextTrial = next, Settings = settings });
                return new EndedStudy(Result: null);
            }

            var result = await context.CallActivityAsync<StudyResult>(
                nameof(FinishStudy), new StudyToFinish(request.Step, stopped ?? AllTried), PipelineRetries.Options);
            return new EndedStudy(result);
        }
        catch (TaskFailedException failure) when (failure.FailureDetails.IsCausedBy<TrainingRefusedException>())
        {
            return new EndedStudy(Result: null, failure.FailureDetails.ErrorMessage);
        }
    }

    /// <returns>The number of the next trial, and why there is none if there is none.</returns>
    private static async Task<(int Next, string? Stopped)> RunTrialsAsync(
        TaskOrchestrationContext context, StudyRequest request, StudySettings settings)
    {
        var end = Math.Min(settings.Trials, request.NextTrial + Math.Max(TrialsPerGeneration, 5 * settings.Parallel));
        var window = new Queue<Task<bool>>();
        var (number, stopped) = (request.NextTrial, (string?)null);
        for (; number < end && stopped is null; number++)
        {
            if (window.Count == settings.Parallel)
            {
                await window.Dequeue();
            }

            var trial = new TrialRequest(request.Step, number, (context.CurrentUtcDateTime - request.StartedAt).TotalMinutes);
            var suggested = await context.CallActivityAsync<SuggestedTrial>(nameof(SuggestTrial), trial, PipelineRetries.Options);
            stopped = suggested.StopReason;
            if (stopped is null)
            {
                window.Enqueue(context.CallActivityAsync<bool>(nameof(RunTrial), trial, PipelineRetries.Options));
            }
        }

        while (window.TryDequeue(out var trial))
        {
            await trial;
        }

        return (number, stopped);
    }
}
