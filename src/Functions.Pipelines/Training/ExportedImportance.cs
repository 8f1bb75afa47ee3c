using Mlops.Explanations;
using Mlops.Serving;
using Mlops.Training;

namespace Mlops.Pipelines.Training;

/// <summary>What the features of the exported model are worth on the held-out rows, through the graph that serves.</summary>
public sealed class ExportedImportance(TrainingFiles files, IModelLoader loader, IExplainerLoader explainers)
{
    /// <returns>Null if the headline metric is undefined on the held-out rows.</returns>
    public async Task<FeatureImportance?> MeasureAsync(OnData step, PreparedRows rows, CancellationToken cancellationToken)
    {
        var (tenant, id) = (TenantId.Parse(step.Training.Request.Tenant), step.Training.Request.Id);
        var seed = step.Training.Request.Spec.Seed;
        var graph = await files.ReadBytesAsync(tenant, id, TrainingFiles.Model, cancellationToken);
        var gain = await files.ReadAsync<Dictionary<string, double>>(tenant, id, TrainingFiles.Importance, cancellationToken);
        using var scorer = loader.Load(graph, rows.Signature);
        var measured = HeldOutImportance.Measure(
            scorer, rows.HeldOut, rows.HeldOutTarget, gain, graph.Length, seed, cancellationToken);
        if (measured is null)
        {
            return null;
        }

        var usual = BackgroundRows.Draw(rows.Train, rows.Signature, seed).Batch;
        using var explainer = explainers.Load(graph, rows.Signature, usual, new ExplanationOptions());
        return measured with
        {
            Attributed = HeldOutImportance.Attribute(
                explainer, rows.Signature, rows.HeldOut, graph.Length, seed, cancellationToken),
        };
    }
}
