using Microsoft.Azure.Functions.Worker;
using Mlops.Serving;
using Mlops.Training;

namespace Mlops.Pipelines.Training;

/// <summary>
/// Scores the held-out rows with the exported model through the scorer that serves, so that what is measured is what runs.
/// </summary>
public sealed class EvaluateModel(TrainingTable table, TrainingFiles files, IModelLoader loader)
{
    [Function(nameof(EvaluateModel))]
    public async Task<EvaluationReport> RunAsync([ActivityTrigger] OnData step, CancellationToken cancellationToken)
    {
        var (tenant, id) = (TenantId.Parse(step.Training.Request.Tenant), step.Training.Request.Id);
        var rows = await table.ReadSplitAsync(step, cancellationToken);
        var graph = await files.ReadBytesAsync(tenant, id, TrainingFiles.Model, cancellationToken);
        using var scorer = loader.Load(graph, rows.Signature);
        var report = Evaluation.Evaluate(
            rows.Signature, scorer.ScoreAll(rows.HeldOut, cancellationToken), rows.HeldOutTarget, rows.TrainTarget);
        await files.WriteAsync(tenant, id, TrainingFiles.Evaluation, report, cancellationToken);
        return report;
    }
}
