using Microsoft.Azure.Functions.Worker;
using Mlops.Registry;

namespace Mlops.Pipelines.Training;

/// <summary>Gives the alias to the version that passed its gates. Repeated, it changes nothing.</summary>
public sealed class SetAlias(ModelStore models)
{
    /// <exception cref="InvalidOperationException">The version is gone, which is a broken promise.</exception>
    [Function(nameof(SetAlias))]
    public async Task<bool> RunAsync([ActivityTrigger] Candidate candidate, CancellationToken cancellationToken)
    {
        var request = candidate.Trained.Training.Request;
        var outcome = await models.SetAliasAsync(
            TenantId.Parse(request.Tenant),
            ModelName.Parse(request.Spec.Model),
            AliasName.Parse(request.Spec.Alias ?? AliasName.Champion.Value),
            candidate.Version.Number,
            request.Caller,
            null,
            cancellationToken);
        return outcome is AliasOutcome.Set
            ? true
            : throw new InvalidOperationException($"Version {candidate.Version.Number} cannot carry the alias: {outcome}");
    }
}
