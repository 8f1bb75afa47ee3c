using Microsoft.DurableTask.Client;
using Mlops.Training;

namespace Mlops.Pipelines.Reproduction;

/// <summary>A reproduction as it stands.</summary>
/// <param name="State"><c>pending</c>, <c>running</c>, <c>suspended</c>, <c>completed</c>, <c>failed</c> or <c>cancelled</c>.</param>
/// <param name="Result">What came of it, once it has completed.</param>
/// <param name="Failure">Why it failed, if it did.</param>
public sealed record ReproductionView(
    string Id,
    string State,
    string Model,
    int Version,
    DateTimeOffset CreatedAt,
    ReproductionResult? Result = null,
    string? Failure = null)
{
    /// <param name="instance">The orchestration, with its output.</param>
    public static ReproductionView Of(OrchestrationMetadata instance, string id, string model, int version) => new(
        id,
        InstanceState.Of(instance.RuntimeStatus),
        model,
        version,
        instance.CreatedAt,
        instance.RuntimeStatus is OrchestrationRuntimeStatus.Completed ? instance.ReadOutputAs<ReproductionResult>() : null,
        instance.FailureDetails?.ErrorMessage);
}
