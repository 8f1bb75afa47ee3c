using System.Security.Cryptography;
using Microsoft.Azure.Functions.Worker;
using Mlops.Training;

namespace Mlops.Pipelines.Training;

/// <summary>Trains the learner and writes the model as an ONNX graph: the one thing that every later step looks at.</summary>
/// <remarks>Deterministic, so that a repeated step writes the same graph. Says how far it is, and stops when told to.</remarks>
public sealed class TrainLearner(TrainingTable table, TrainingFiles files, LearnerFits fits, WatchedLearning watched)
{
    /// <exception cref="TrainingRefusedException">The data cannot be learned from, or the training was cancelled.</exception>
    [Function(nameof(TrainLearner))]
    public async Task<ExportedModel> RunAsync([ActivityTrigger] OnData step, CancellationToken cancellationToken)
    {
        var request = step.Training.Request;
        var tenant = TenantId.Parse(request.Tenant);
        await watched.RequireWantedAsync(tenant, request.Id, cancellationToken);
        var choice = await files.ChoiceAsync(tenant, request.Id, request.Spec, cancellationToken);
        var rows = await table.ReadSplitAsync(step, cancellationToken);
        var fit = fits.For(request.Spec, choice, rows.Signature, Environment.ProcessorCount);
        var heldOut = rows.HeldOut.Select(rows.Signature.Features.Select(feature => feature.Name));
        fit = fit with { Options = fit.Options with { HeldOut = heldOut } };
        var progress = new LatestProgress();
        var curve = new LossCurve();
        var model = await watched.RunAsync(
            tenant, request.Id, stop => fit.Train(rows.Training, null, Report, stop), progress, cancellationToken);

        var graph = model.ToOnnx();
        await files.WriteBytesAsync(tenant, request.Id, TrainingFiles.Model, graph, cancellationToken);
        await files.WriteAsync(
            tenant, request.Id, TrainingFiles.Environment, LearningEnvironment.Here(Environment.ProcessorCount), cancellationToken);
        await files.WriteAsync(tenant, request.Id, TrainingFiles.Importance, model.Importance, cancellationToken);
        await files.WriteAsync(
            tenant, request.Id, TrainingFiles.Plan, rows.Signature with { DecisionThreshold = model.DecisionThreshold }, cancellationToken);
        await files.WriteAsync(tenant, request.Id, TrainingFiles.LearningCurve, curve.Points, cancellationToken);
        return new ExportedModel(
            Convert.ToHexStringLower(SHA256.HashData(graph)), graph.Length, choice.Learner.Name, model.Facts);

        void Report(TrainingProgress reported)
        {
            progress.Set(reported);
            curve.Add(reported);
        }
    }
}
