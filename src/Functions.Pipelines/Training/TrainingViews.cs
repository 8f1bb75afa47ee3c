using Microsoft.DurableTask.Client;
using Mlops.Training;

namespace Mlops.Pipelines.Training;

/// <summary>Finds trainings as they stand.</summary>
public sealed class TrainingViews(TrainingProgressBoard board, StudyStore studies)
{
    /// <summary>The orchestration of a training; of no id, what all of a tenant's begin with.</summary>
    public static string Instance(TenantId tenant, string id) => $"{tenant}.training.{id}";

    /// <summary>An id is 32 hexadecimal digits; nothing else can name an instance or a folder, not even by accident.</summary>
    public static bool IsId(string id) => id.Length is 32 && id.All(char.IsAsciiHexDigitLower);

    /// <param name="id">Of anything that is no id there is no training.</param>
    public async Task<TrainingView?> FindAsync(DurableTaskClient client, TenantId tenant, string id, CancellationToken cancellationToken)
    {
        if (!IsId(id) || await client.GetInstanceAsync(Instance(tenant, id), getInputsAndOutputs: true, cancellationToken) is not { } instance)
        {
            return null;
        }

        return TrainingView.Of(
            instance,
            id,
            await board.FindAsync(tenant, id, cancellationToken),
            await studies.FindProgressAsync(tenant, id, cancellationToken));
    }
}
