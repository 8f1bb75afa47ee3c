using Microsoft.Azure.Functions.Worker;
using Mlops.Data;
using Mlops.Training;

namespace Mlops.Pipelines.Training;

/// <summary>Fixes which version of the data set is meant, so that a repeated or resumed step learns from the same rows.</summary>
public sealed class ResolveData(DatasetStore datasets)
{
    /// <exception cref="TrainingRefusedException">There is no such data set or version.</exception>
    [Function(nameof(ResolveData))]
    public async Task<ResolvedData> RunAsync([ActivityTrigger] StartedTraining training, CancellationToken cancellationToken)
    {
        var spec = training.Request.Spec;
        var version = await datasets.FindAsync(
            TenantId.Parse(training.Request.Tenant), DatasetName.Parse(spec.Dataset), spec.DatasetVersion, cancellationToken)
            ?? throw new TrainingRefusedException(spec.DatasetVersion is { } number
                ? $"dataset: there is no version {number} of '{spec.Dataset}'"
                : $"dataset: there is no data set '{spec.Dataset}'");
        return new ResolvedData(spec.Dataset, version.Number, version.Sha256, version.Rows);
    }
}
