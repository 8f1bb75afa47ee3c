using Microsoft.Azure.Functions.Worker;
using Mlops.Data;
using Mlops.Registry;
using Mlops.Serving;
using Mlops.Training;

namespace Mlops.Pipelines.Training;

/// <summary>Decides whether the new version may carry the alias, and writes the verdict on it.</summary>
/// <remarks>
/// The version that carries it now is scored on the same held-out rows, for figures from other rows prove nothing. Repeated, it comes
/// to the same verdict, but for latencies, which are measured anew; the last verdict stands.
/// </remarks>
public sealed class CheckGates(ModelStore models, ModelFiles versions, HeldOutScores scores, IModelLoader loader, TimeProvider time)
{
    [Function(nameof(CheckGates))]
    public async Task<GateVerdict> RunAsync([ActivityTrigger] Candidate candidate, CancellationToken cancellationToken)
    {
        var request = candidate.Trained.Training.Request;
        var (tenant, name) = (TenantId.Parse(request.Tenant), ModelName.Parse(request.Spec.Model));
        var gates = request.Spec.Gates ?? [];
        var (rows, predictions) = await scores.ReadAsync(new OnData(candidate.Trained.Training, candidate.Trained.Data), cancellationToken);
        var version = await models.FindVersionAsync(tenant, name, candidate.Version.Number, cancellationToken)
            ?? throw new InvalidOperationException($"Version {candidate.Version.Number} of '{name}' is gone.");
        var alias = AliasName.Parse(request.Spec.Alias ?? AliasName.Champion.Value);
        var replaced = await models.FindByAliasAsync(tenant, name, alias, cancellationToken);
        var champion = replaced is null || replaced.Number == version.Number
            ? null
            : new Champion(
                replaced.Number,
                replaced.Signature,
                gates.CompareWithChampion()
                    ? await ScoreAsync(tenant, replaced, rows, cancellationToken)
                    : null);

        using var scorer = loader.Load(await versions.ReadOnnxAsync(tenant, version, cancellationToken), version.Signature);
        var evidence = new GateEvidence(
            version.Signature,
            predictions,
            rows.HeldOut,
            rows.HeldOutTarget,
            version.Size,
            [.. gates.LatencyRows().Select(count => LatencyMeasurement.Run(scorer, rows.HeldOut, count, time, cancellationToken))],
            champion,
            request.Spec.Seed);
        var verdict = Gates.Decide(gates, evidence, cancellationToken);
        await models.UpdateVersionAsync(tenant, name, version.Number, new Edit(Verdict: verdict), request.Caller, null, cancellationToken);
        return verdict;
    }

    /// <returns>Null if the version predicts something else, or from columns that these rows lack.</returns>
    private async Task<double[]?> ScoreAsync(
        TenantId tenant, ModelVersion version, PreparedRows rows, CancellationToken cancellationToken)
    {
        if (!CanScore(version.Signature, rows))
        {
            return null;
        }

        using var scorer = loader.Load(await versions.ReadOnnxAsync(tenant, version, cancellationToken), version.Signature);
        return scorer.ScoreAll(rows.HeldOut, cancellationToken);
    }

    private static bool CanScore(ModelSignature champion, PreparedRows rows) =>
        champion.Task == rows.Signature.Task
        && champion.Classes.SequenceEqual(rows.Signature.Classes)
        && champion.Features.All(feature => rows.HeldOut.Find(feature.Name) is { } column && column is NumericColumn == feature.IsNumeric);
}
