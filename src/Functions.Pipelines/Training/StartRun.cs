using Microsoft.Azure.Functions.Worker;
using Mlops.Tracking;
using Mlops.Training;

namespace Mlops.Pipelines.Training;

/// <summary>Opens the training's run. Repeated, it finds the run it made before: the training's id is the idempotency key.</summary>
public sealed class StartRun(ExperimentStore experiments, RunStore runs)
{
    [Function(nameof(StartRun))]
    public async Task<StartedRun> RunAsync([ActivityTrigger] StartedTraining training, CancellationToken cancellationToken)
    {
        var request = training.Request;
        var tenant = TenantId.Parse(request.Tenant);
        var experiment = await experiments.GetOrCreateAsync(tenant, request.Spec.Experiment ?? request.Spec.Model, cancellationToken);
        var start = new RunStart(
            $"{NameOf(request.Spec)}-{request.Id[..8]}",
            new DateTimeOffset(training.StartedAt, TimeSpan.Zero),
            [
                new Tag("mlflow.user", request.Caller),
                new Tag("mlflow.source.name", nameof(TrainModel)),
                new Tag("mlops.training", request.Id),
            ],
            IdempotencyKey: request.Id);
        var run = await runs.CreateAsync(tenant, experiment.Id, start, cancellationToken);
        return new StartedRun(experiment.Id, run.Id);
    }

    private static string NameOf(TrainingSpec spec) => spec.Learner is { } learner
        ? spec.Search is null ? learner.Name : $"{learner.Name}-study"
        : "auto";
}
