using Microsoft.Azure.Functions.Worker;
using Mlops.Tracking;

namespace Mlops.Pipelines.Training;

/// <summary>Ends the training's run as failed and writes the reason on it. Repeated, it writes the same again.</summary>
public sealed class FailRun(RunStore runs, TimeProvider time)
{
    private const int MaxReason = 5_000;

    [Function(nameof(FailRun))]
    public async Task<bool> RunAsync([ActivityTrigger] EndedTraining ended, CancellationToken cancellationToken)
    {
        var tenant = TenantId.Parse(ended.Training.Request.Tenant);
        var run = ended.Training.Run ?? throw new ArgumentException("There is no run to fail.", nameof(ended));
        var reason = ended.Reason.Length > MaxReason ? ended.Reason[..MaxReason] : ended.Reason;
        await runs.LogBatchAsync(
            tenant, run.RunId, RunBatch.OfTags(new Tag("mlops.failure", reason)), cancellationToken);
        await runs.FinishAsync(tenant, run.RunId, RunStatus.Failed, time.GetUtcNow(), cancellationToken);
        return true;
    }
}
