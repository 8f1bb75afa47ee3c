namespace Microsoft.DurableTask.Client;

/// <summary>Where an orchestration instance is in its life.</summary>
public enum OrchestrationRuntimeStatus
{
    Running = 0,
    Completed = 1,
    [Obsolete("The ContinuedAsNew status is an intermediate status that is never seen.")]
    ContinuedAsNew = 2,
    Failed = 3,
    [Obsolete("The Canceled status is not used.")]
    Canceled = 4,
    Terminated = 5,
    Pending = 6,
    Suspended = 7,
}
