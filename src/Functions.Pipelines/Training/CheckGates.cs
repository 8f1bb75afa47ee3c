using Microsoft.Azure.Functions.Worker;
using Mlops.Data;
using Mlops.Registry;
using Mlops.Serving;
using Mlops.Training;

namespace Mlops.Pipelines.Training;

/// <summary>Decides whether the new version may carry the alias, and writes the verdict on it.</summary>
/// <remarks>The version that carries it now is scored on the same held-out rows, for figures from other rows prove nothing.</remarks>
public sealed class CheckGates(ModelStore models, ModelFiles versions, TrainingTable table, IModelLoader loader)
{
    [Function(nameof(CheckGates))]
    public async Task<GateVerdict> RunAsync([ActivityTrigger] Candidate candidate, CancellationToken cancellationToken)
    {
        var request = candidate.Trained.Training.Request;
        var (tenant, name) = (TenantId.Parse(request.Tenant), ModelName.Parse(request.Spec.Model));
        var gates = request.Spec.Gates ?? [];
        var champion = gates.Any(gate => gate.ChampionMargin is not null)
            ? await ScoreChampionAsync(tenant, name, candidate, cancellationToken)
            : null;
        var verdict = Gates.Decide(gates, candidate.Trained.Report.Metrics, champion);
        await models.UpdateVersionAsync(
            tenant, name, candidate.Version.Number, new Edit(Verdict: verdict), request.Caller, null, cancellationToken);
        return verdict;
    }

    private async Task<Champion?> ScoreChampionAsync(
        TenantId tenant, ModelName name, Candidate candidate, CancellationToken cancellationToken)
    {
        var trained = candidate.Trained;
        var alias = AliasName.Parse(trained.Training.Request.Spec.Alias ?? AliasName.Champion.Value);
        if (await models.FindByAliasAsync(tenant, name, alias, cancellationToken) is not { } champion
            || champion.Number == candidate.Version.Number)
        {
            return null;
        }

        var rows = await table.ReadSplitAsync(new OnData(trained.Training, trained.Data), cancellationToken);
        if (!CanScore(champion.Signature, rows))
        {
            return new Champion(champion.Number, new Dictionary<string, double>());
        }

        using var scorer = loader.Load(await versions.ReadOnnxAsync(tenant, champion, cancellationToken), champion.Signature);
        var predictions = scorer.ScoreAll(rows.HeldOut, cancellationToken);
        return new Champion(
            champion.Number, Evaluation.Evaluate(rows.Signature, predictions, rows.HeldOutTarget, rows.TrainTarget).Metrics);
    }

    /// <summary>Whether the champion predicts the same thing from columns that these rows have.</summary>
    private static bool CanScore(ModelSignature champion, PreparedRows rows) =>
        champion.Task == rows.Signature.Task
        && champion.Classes.SequenceEqual(rows.Signature.Classes)
        && champion.Features.All(feature => rows.HeldOut.Find(feature.Name) is { } column && column is NumericColumn == feature.IsNumeric);
}
