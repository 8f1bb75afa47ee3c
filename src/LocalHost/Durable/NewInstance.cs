using Microsoft.DurableTask.Client;

namespace Mlops.LocalHost.Durable;

/// <summary>An instance to be created.</summary>
/// <param name="Occupied">The statuses of an existing instance that keep its id from being used again.</param>
/// <param name="Parent">Set for a sub-orchestration; creating it a second time for the same step changes nothing.</param>
internal sealed record NewInstance(
    string Id,
    string Name,
    string? Input,
    IReadOnlySet<OrchestrationRuntimeStatus> Occupied,
    string? Version = null,
    DateTimeOffset? StartAt = null,
    IReadOnlyDictionary<string, string>? Tags = null,
    ParentLink? Parent = null)
{
    /// <summary>By default what has ended may be replaced and what runs may not.</summary>
    public static IReadOnlySet<OrchestrationRuntimeStatus> OccupiedByDefault { get; } = new HashSet<OrchestrationRuntimeStatus>
    {
        OrchestrationRuntimeStatus.Pending, OrchestrationRuntimeStatus.Running, OrchestrationRuntimeStatus.Suspended,
    };

    public InstanceState ToState(InstanceState? existing, string executionId, DateTimeOffset now) => new(
        Id,
        Name,
        executionId,
        existing is null ? 0 : existing.Generation + 1,
        Batches: 0,
        OrchestrationRuntimeStatus.Pending,
        now,
        now,
        Version,
        StartAt,
        Parent: Parent,
        Tags: Tags is { Count: > 0 } ? Tags : null);
}

/// <summary>What came of creating an instance.</summary>
internal abstract record CreateOutcome
{
    private CreateOutcome() { }

    public sealed record Created : CreateOutcome;

    /// <summary>It is there already, created for the same step.</summary>
    public sealed record Repeated : CreateOutcome;

    public sealed record Refused(OrchestrationRuntimeStatus Status) : CreateOutcome;
}
