using System.Text.Json.Serialization;

namespace Mlops.LocalHost.Durable;

/// <summary>One fact of an orchestration's history: something it was told, or something it decided.</summary>
/// <remarks>Stored as JSON; members are added, never renamed.</remarks>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "k")]
[JsonDerivedType(typeof(TurnStarted), "turn")]
[JsonDerivedType(typeof(ExecutionStarted), "start")]
[JsonDerivedType(typeof(TaskScheduled), "task")]
[JsonDerivedType(typeof(TaskCompleted), "task+")]
[JsonDerivedType(typeof(TaskFailed), "task-")]
[JsonDerivedType(typeof(TimerCreated), "timer")]
[JsonDerivedType(typeof(TimerFired), "timer+")]
[JsonDerivedType(typeof(SubOrchestrationScheduled), "sub")]
[JsonDerivedType(typeof(SubOrchestrationCompleted), "sub+")]
[JsonDerivedType(typeof(SubOrchestrationFailed), "sub-")]
[JsonDerivedType(typeof(EventSent), "send")]
[JsonDerivedType(typeof(EventRaised), "event")]
[JsonDerivedType(typeof(Suspended), "suspend")]
[JsonDerivedType(typeof(Resumed), "resume")]
[JsonDerivedType(typeof(Terminated), "terminate")]
[JsonDerivedType(typeof(ExecutionEnded), "end")]
internal abstract record HistoryEvent;

/// <summary>The orchestrator's clock for what follows.</summary>
internal sealed record TurnStarted(DateTimeOffset At) : HistoryEvent;

internal sealed record ExecutionStarted : HistoryEvent;

/// <summary>A step the orchestrator decided on, counted from 0 in the order of the calls.</summary>
internal abstract record ScheduledStep(int Id) : HistoryEvent
{
    /// <summary>What a person would call this step.</summary>
    [JsonIgnore]
    public abstract string Description { get; }
}

/// <summary>The end of a step.</summary>
internal abstract record FinishedStep(int Id) : HistoryEvent;

internal sealed record TaskScheduled(int Id, string Name, string? Input = null) : ScheduledStep(Id)
{
    public override string Description => $"activity '{Name}'";
}

internal sealed record TaskCompleted(int Id, string? Output = null) : FinishedStep(Id);

internal sealed record TaskFailed(int Id, Failure Failure) : FinishedStep(Id);

internal sealed record TimerCreated(int Id, DateTimeOffset FireAt) : ScheduledStep(Id)
{
    public override string Description => "a timer";
}

internal sealed record TimerFired(int Id) : FinishedStep(Id);

internal sealed record SubOrchestrationScheduled(int Id, string Name, string InstanceId, string? Input = null, string? Version = null)
    : ScheduledStep(Id)
{
    public override string Description => $"sub-orchestration '{Name}'";
}

internal sealed record SubOrchestrationCompleted(int Id, string? Output = null) : FinishedStep(Id);

internal sealed record SubOrchestrationFailed(int Id, Failure Failure) : FinishedStep(Id);

internal sealed record EventSent(int Id, string Target, string Name, string? Input = null) : ScheduledStep(Id)
{
    public override string Description => $"event '{Name}' sent";
}

/// <param name="Source">Where an orchestration's event came from, so that a repeated delivery is recognised.</param>
internal sealed record EventRaised(string Name, string? Input = null, string? Source = null) : HistoryEvent;

internal sealed record Suspended(string? Reason = null) : HistoryEvent;

internal sealed record Resumed(string? Reason = null) : HistoryEvent;

internal sealed record Terminated(string? Output = null, bool Recursive = false) : HistoryEvent;

internal sealed record ExecutionEnded(string Status) : HistoryEvent;
