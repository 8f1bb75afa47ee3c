using System.Text.Json.Serialization;
using Microsoft.DurableTask;

namespace Mlops.Pipelines.Training;

/// <summary>The steps of a training, in order.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TrainingStep>))]
public enum TrainingStep
{
    StartRun, ResolveData, Validate, Split, Search, TrainAndExport, Evaluate, Profile, LogRun, Register, Gates, SetAlias
}

/// <summary>A step that has begun, and when it ended if it has.</summary>
public sealed record StepTimes(TrainingStep Step, DateTime StartedAt, DateTime? EndedAt);

/// <summary>What a training shows of itself while it runs: the orchestration's custom status.</summary>
/// <param name="State"><c>running</c>, <c>completed</c> or <c>failed</c>.</param>
/// <param name="Warnings">What is worth knowing of the data, such as columns that teach nothing; at most 20.</param>
public sealed record TrainingStatus(
    string State, string? RunId, IReadOnlyList<StepTimes> Steps, string? Reason = null, IReadOnlyList<string>? Warnings = null);

/// <summary>Calls activities and keeps the custom status saying which step is under way.</summary>
internal sealed class TrainingSteps(TaskOrchestrationContext context, TaskOptions options)
{
    /// <summary>A custom status holds 16 KiB.</summary>
    private const int MaxWarnings = 20;

    private readonly List<StepTimes> _steps = [];
    private string? _runId;
    private IReadOnlyList<string>? _warnings;

    public Task<T> CallAsync<T>(TrainingStep step, string activity, object input) =>
        CallAsync(step, () => context.CallActivityAsync<T>(activity, input, options));

    public async Task<T> CallAsync<T>(TrainingStep step, Func<Task<T>> call)
    {
        _steps.Add(new StepTimes(step, context.CurrentUtcDateTime, EndedAt: null));
        Show("running");
        var result = await call();
        _steps[^1] = _steps[^1] with { EndedAt = context.CurrentUtcDateTime };
        _runId = result is StartedRun run ? run.RunId : _runId;
        _warnings = result is ValidatedData { Warnings.Count: > 0 } validated ? [.. validated.Warnings.Take(MaxWarnings)] : _warnings;
        return result;
    }

    public void Finish() => Show("completed");

    /// <summary>Marks the run failed, if there is one, and says why in the status.</summary>
    public async Task FailAsync(string reason, StartedTraining training)
    {
        if (training.Run is not null)
        {
            await context.CallActivityAsync<bool>(nameof(FailRun), new EndedTraining(training, reason), options);
        }

        Show("failed", reason);
    }

    // The list is copied, for the status is serialised after later steps have begun.
    private void Show(string state, string? reason = null) =>
        context.SetCustomStatus(new TrainingStatus(state, _runId, [.. _steps], reason, _warnings));
}
