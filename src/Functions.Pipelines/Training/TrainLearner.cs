using System.Security.Cryptography;
using Microsoft.Azure.Functions.Worker;
using Mlops.Training;

namespace Mlops.Pipelines.Training;

/// <summary>Trains the learner and writes the model as an ONNX graph: the one thing that every later step looks at.</summary>
/// <remarks>Deterministic, so that a repeated step writes the same graph. Says how far it is, and stops when told to.</remarks>
public sealed class TrainLearner(
    IEnumerable<ILearner> learners, TrainingTable table, TrainingFiles files, TrainingProgressBoard board, TimeProvider time)
{
    private static readonly TimeSpan BetweenReports = TimeSpan.FromMilliseconds(200);

    /// <exception cref="TrainingRefusedException">The data cannot be learned from, or the training was cancelled.</exception>
    [Function(nameof(TrainLearner))]
    public async Task<ExportedModel> RunAsync([ActivityTrigger] OnData step, CancellationToken cancellationToken)
    {
        var request = step.Training.Request;
        var tenant = TenantId.Parse(request.Tenant);
        if (await board.IsCancelRequestedAsync(tenant, request.Id, cancellationToken))
        {
            throw Cancelled();
        }

        var rows = await table.ReadSplitAsync(step, cancellationToken);
        var learner = learners.First(known => known.Name == request.Spec.Learner!.Name);
        var progress = new LatestProgress();
        var curve = new LossCurve();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var options = new TrainingOptions(
            request.Spec.Learner!.SettingsFor(learner), request.Spec.Seed, Environment.ProcessorCount, Report);
        var training = Task.Run(
            () => learner.Train(new TrainingData(rows.Train, rows.TrainTarget, rows.Signature), options, stop.Token), stop.Token);
        await WatchAsync(training, tenant, request.Id, progress, stop);

        var model = await training;
        var graph = model.ToOnnx();
        await files.WriteBytesAsync(tenant, request.Id, TrainingFiles.Model, graph, cancellationToken);
        var environment = LearningEnvironment.Here(options.Threads);
        await files.WriteAsync(tenant, request.Id, TrainingFiles.Environment, environment, cancellationToken);
        await files.WriteAsync(tenant, request.Id, TrainingFiles.LearningCurve, curve.Points, cancellationToken);
        return new ExportedModel(Convert.ToHexStringLower(SHA256.HashData(graph)), graph.Length, model.Facts, model.Importance);

        void Report(TrainingProgress latest)
        {
            progress.Set(latest);
            curve.Add(latest);
        }
    }

    private static TrainingRefusedException Cancelled() => new("The training was cancelled.");

    private async Task WatchAsync(
        Task training, TenantId tenant, string id, LatestProgress progress, CancellationTokenSource stop)
    {
        using var timer = new PeriodicTimer(BetweenReports, time);
        var tick = timer.WaitForNextTickAsync(stop.Token).AsTask();
        while (await Task.WhenAny(training, tick) != training)
        {
            if (progress.Take() is { } latest)
            {
                await board.ReportAsync(tenant, id, latest, stop.Token);
            }

            if (await board.IsCancelRequestedAsync(tenant, id, stop.Token))
            {
                await stop.CancelAsync();
                throw Cancelled();
            }

            tick = timer.WaitForNextTickAsync(stop.Token).AsTask();
        }

        if (progress.Take() is { } last)
        {
            await board.ReportAsync(tenant, id, last, stop.Token);
        }
    }

    /// <summary>Hands the newest progress from the learner's thread to the watcher.</summary>
    private sealed class LatestProgress
    {
        private TrainingProgress? _latest;

        public void Set(TrainingProgress progress) => Volatile.Write(ref _latest, progress);

        public TrainingProgress? Take() => Interlocked.Exchange(ref _latest, null);
    }
}
