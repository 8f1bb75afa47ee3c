using Microsoft.Azure.Functions.Worker;
using Mlops.Training;

namespace Mlops.Pipelines.Reproduction;

/// <summary>Holds what was trained again against what the version is.</summary>
public sealed class CompareWithVersion(VersionRecords records, TrainingFiles files)
{
    [Function(nameof(CompareWithVersion))]
    public async Task<ReproductionResult> RunAsync([ActivityTrigger] Reproduced made, CancellationToken cancellationToken)
    {
        var (version, record) = await records.ReadAsync(made.Request, cancellationToken);
        var environment = await files.ReadAsync<TrainingEnvironment>(
            TenantId.Parse(made.Request.Tenant), made.Request.Id, TrainingFiles.Environment, cancellationToken);
        return ReproductionResult.Compare(record, version.Metrics, made.Sha256, made.Metrics, environment);
    }
}
