using System.Text.Json.Serialization;
using Microsoft.DurableTask.Client;

namespace Mlops.LocalHost.Durable;

/// <summary>Which step of which orchestration waits for a sub-orchestration.</summary>
internal sealed record ParentLink(string Name, string InstanceId, string ExecutionId, int Generation, int TaskId);

/// <summary>The row that says how an instance stands; changing it is what makes a turn happen.</summary>
/// <param name="ExecutionId">Changes when an id is used again; messages to an earlier execution are dropped.</param>
/// <param name="Generation">Grows with every restart of the history (continue-as-new, reuse of the id).</param>
/// <param name="Batches">How many history rows of this generation count; rows beyond are left-overs of a turn that never happened.</param>
internal sealed record InstanceState(
    string Id,
    string Name,
    string ExecutionId,
    int Generation,
    int Batches,
    OrchestrationRuntimeStatus Status,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    string? Version = null,
    DateTimeOffset? StartAt = null,
    DateTimeOffset? CompletedAt = null,
    string? CustomStatus = null,
    Failure? Failure = null,
    ParentLink? Parent = null,
    IReadOnlyDictionary<string, string>? Tags = null)
{
    [JsonIgnore]
    public bool IsOver => Status
        is OrchestrationRuntimeStatus.Completed or OrchestrationRuntimeStatus.Failed or OrchestrationRuntimeStatus.Terminated;
}
