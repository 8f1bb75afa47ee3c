using System.Text.Json;
using Mlops.Registry;
using Mlops.Storage;
using Mlops.Training;

namespace Mlops.Pipelines.Reproduction;

/// <summary>The training records that versions keep.</summary>
public sealed class VersionRecords(ModelStore models, ModelFiles files)
{
    /// <summary>The record of a version that a request named.</summary>
    /// <exception cref="TrainingRefusedException">The version is gone, was not trained here, or its record cannot be read.</exception>
    public async Task<(ModelVersion Version, TrainingRecord Record)> ReadAsync(
        ReproductionRequest request, CancellationToken cancellationToken)
    {
        var (tenant, name) = (TenantId.Parse(request.Tenant), ModelName.Parse(request.Model));
        var version = await models.FindVersionAsync(tenant, name, request.Version, cancellationToken)
            ?? throw new TrainingRefusedException($"Model '{name}' has no version {request.Version}.");
        await using var stream = await files.OpenReadAsync(tenant, version, ModelFiles.TrainingRecord, cancellationToken)
            ?? throw new TrainingRefusedException($"Version {request.Version} of '{name}' has no {ModelFiles.TrainingRecord}.");
        using var content = new MemoryStream();
        await stream.CopyToAsync(content, cancellationToken);
        try
        {
            return (version, Documents.Read<TrainingRecord>(content.ToArray()));
        }
        catch (JsonException fault)
        {
            throw new TrainingRefusedException($"{ModelFiles.TrainingRecord} cannot be read: {fault.Message}");
        }
    }

    /// <summary>Whether a version has a record to train again from.</summary>
    public async Task<bool> IsThereAsync(TenantId tenant, ModelVersion version, CancellationToken cancellationToken)
    {
        await using var stream = await files.OpenReadAsync(tenant, version, ModelFiles.TrainingRecord, cancellationToken);
        return stream is not null;
    }
}
