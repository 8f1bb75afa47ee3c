using Microsoft.DurableTask;

namespace Mlops.LocalHost.Durable;

/// <summary>An orchestrator's body: deterministic, everything it does goes through its context.</summary>
public delegate Task<object?> OrchestratorBody(TaskOrchestrationContext context);

/// <summary>An activity's body. It may run again after a crash unless its completion was recorded.</summary>
public delegate Task<object?> ActivityBody(ActivityCall call, CancellationToken cancellationToken);

/// <summary>One call of an activity by an orchestration.</summary>
/// <param name="Name">The activity's name as the orchestrator said it.</param>
/// <param name="InstanceId">The calling orchestration.</param>
/// <param name="TaskId">The step of the orchestration, counted from 0.</param>
/// <param name="SerializedInput">The input as text.</param>
/// <param name="Converter">Reads the input.</param>
public sealed record ActivityCall(string Name, string InstanceId, int TaskId, string? SerializedInput, DataConverter Converter)
{
    public T? GetInput<T>() => SerializedInput is null ? default : Converter.Deserialize<T>(SerializedInput);
}
