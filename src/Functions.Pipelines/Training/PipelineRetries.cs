using Microsoft.DurableTask;
using Mlops.Training;

namespace Mlops.Pipelines;

/// <summary>How activities of the training pipeline are tried again: not if they were refused, for that will not change.</summary>
internal static class PipelineRetries
{
    public static TaskOptions Options { get; } = TaskOptions.FromRetryPolicy(
        new RetryPolicy(maxNumberOfAttempts: 4, firstRetryInterval: TimeSpan.FromSeconds(1), backoffCoefficient: 3)
        {
            HandleFailure = failure => !failure.IsCausedBy<TrainingRefusedException>(),
        });
}
