using Microsoft.Azure.Functions.Worker;
using Mlops.Data;
using Mlops.Pipelines.Training;
using Mlops.Training;

namespace Mlops.Pipelines.Reproduction;

/// <summary>Reads how a version was trained, and finds the data it was trained on by its hash.</summary>
public sealed class ReadRecipe(VersionRecords records, DatasetStore datasets)
{
    /// <exception cref="TrainingRefusedException">The record or the data is gone.</exception>
    [Function(nameof(ReadRecipe))]
    public async Task<OnData> RunAsync([ActivityTrigger] RecipeRequest step, CancellationToken cancellationToken)
    {
        var (request, tenant) = (step.Request, TenantId.Parse(step.Request.Tenant));
        var (_, record) = await records.ReadAsync(request, cancellationToken);
        var data = await datasets.FindByHashAsync(tenant, DatasetName.Parse(record.Dataset), record.DatasetSha256, cancellationToken)
            ?? throw new TrainingRefusedException(
                $"dataset: '{record.Dataset}' has no version with the SHA-256 {record.DatasetSha256}, which was version {record.DatasetVersion}");
        var training = new TrainingRequest(request.Tenant, request.Id, request.Caller, record.Recipe());
        return new OnData(
            new StartedTraining(training, Run: null, step.StartedAt),
            new ResolvedData(record.Dataset, data.Number, data.Sha256, data.Rows));
    }
}
