using Microsoft.Azure.Functions.Worker;
using Mlops.Data;
using Mlops.Registry;
using Mlops.Training;

namespace Mlops.Pipelines.Training;

/// <summary>Writes down how inputs and outputs are distributed, for live traffic to be compared with.</summary>
/// <remarks>Inputs are profiled on the training rows, outputs on the held-out rows, where the model is not flattered.</remarks>
public sealed class ProfileData(HeldOutScores scores, TrainingFiles files)
{
    [Function(nameof(ProfileData))]
    public async Task<bool> RunAsync([ActivityTrigger] OnData step, CancellationToken cancellationToken)
    {
        var (tenant, id) = (TenantId.Parse(step.Training.Request.Tenant), step.Training.Request.Id);
        var (rows, outputs) = await scores.ReadAsync(step, cancellationToken);
        var profile = new ModelProfile(
            ReferenceProfile.Of(rows.Train.Columns), ReferenceProfile.Of(OutputColumns(rows.Signature, outputs)));
        await files.WriteAsync(tenant, id, TrainingFiles.Profile, profile, cancellationToken);
        return true;
    }

    private static IEnumerable<NumericColumn> OutputColumns(ModelSignature signature, double[] outputs)
    {
        var width = signature.OutputWidth;
        for (var output = 0; output < width; output++)
        {
            var name = signature.Task is TaskType.Regression ? signature.Target : signature.Classes[output];
            yield return new NumericColumn(
                new ColumnSchema(name, ColumnType.Number, Nullable: false),
                [.. Enumerable.Range(0, outputs.Length / width).Select(row => outputs[(row * width) + output])]);
        }
    }
}
