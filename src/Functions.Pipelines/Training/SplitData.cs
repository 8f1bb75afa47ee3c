using Microsoft.Azure.Functions.Worker;
using Mlops.Registry;
using Mlops.Training;

namespace Mlops.Pipelines.Training;

/// <summary>Draws the rows that are held out for evaluation.</summary>
public sealed class SplitData(TrainingTable table, TrainingFiles files)
{
    /// <exception cref="TrainingRefusedException">There are not two groups or two times to split at.</exception>
    [Function(nameof(SplitData))]
    public async Task<SplitRows> RunAsync([ActivityTrigger] OnData step, CancellationToken cancellationToken)
    {
        var (tenant, id) = (TenantId.Parse(step.Training.Request.Tenant), step.Training.Request.Id);
        var frame = await table.ReadAsync(step, cancellationToken);
        var signature = await files.ReadAsync<ModelSignature>(tenant, id, TrainingFiles.Plan, cancellationToken);
        var spec = step.Training.Request.Spec.Split ?? new SplitSpec();
        var split = HoldOut.Draw(
            spec,
            TrainingPlan.Encode(frame[signature.Target], signature),
            signature.Task is not TaskType.Regression,
            spec.Column is { } column ? frame[column] : null);
        await files.WriteAsync(tenant, id, TrainingFiles.Split, split, cancellationToken);
        return new SplitRows(split.Train.Length, split.Test.Length);
    }
}
