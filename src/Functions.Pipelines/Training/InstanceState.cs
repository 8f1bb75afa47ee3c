using Microsoft.DurableTask.Client;

namespace Mlops.Pipelines;

/// <summary>What callers are told of where an orchestration stands.</summary>
internal static class InstanceState
{
    public static string Of(OrchestrationRuntimeStatus status) => status switch
    {
        OrchestrationRuntimeStatus.Pending => "pending",
        OrchestrationRuntimeStatus.Completed => "completed",
        OrchestrationRuntimeStatus.Failed => "failed",
        OrchestrationRuntimeStatus.Terminated => "cancelled",
        OrchestrationRuntimeStatus.Suspended => "suspended",
        _ => "running",
    };
}
