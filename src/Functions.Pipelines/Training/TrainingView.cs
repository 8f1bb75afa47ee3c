using System.Text.Json.Serialization;
using Microsoft.DurableTask.Client;
using Mlops.Training;

namespace Mlops.Pipelines.Training;

/// <summary>A training as it stands.</summary>
/// <param name="State"><c>pending</c>, <c>running</c>, <c>suspended</c>, <c>completed</c>, <c>failed</c> or <c>cancelled</c>.</param>
/// <param name="Progress">How far the learner has come, once it has begun.</param>
/// <param name="Study">How far the search has come, once it has begun.</param>
/// <param name="Result">What came of it, once it has completed.</param>
/// <param name="Failure">Why it failed, if it did.</param>
public sealed record TrainingView(
    string Id,
    string State,
    DateTimeOffset CreatedAt,
    TrainingSpec? Spec,
    TrainingStatus? Status = null,
    LearnerProgress? Progress = null,
    TrainingResult? Result = null,
    string? Failure = null,
    StudyProgress? Study = null)
{
    [JsonIgnore]
    public bool HasEnded => State is "completed" or "failed" or "cancelled";

    /// <param name="instance">The orchestration, with its input and output.</param>
    public static TrainingView Of(OrchestrationMetadata instance, string id, LearnerProgress? progress, StudyProgress? study = null) => new(
        id,
        InstanceState.Of(instance.RuntimeStatus),
        instance.CreatedAt,
        instance.ReadInputAs<TrainingRequest>()?.Spec,
        instance.ReadCustomStatusAs<TrainingStatus>(),
        progress,
        instance.RuntimeStatus is OrchestrationRuntimeStatus.Completed ? instance.ReadOutputAs<TrainingResult>() : null,
        instance.FailureDetails?.ErrorMessage,
        study);
}
