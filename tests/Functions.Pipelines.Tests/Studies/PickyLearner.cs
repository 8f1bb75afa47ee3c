using Mlops.Learning;
using Mlops.Registry;
using Mlops.Training;

namespace Mlops.Pipelines.Studies;

/// <summary>Gradient boosting, but for settings that the test objects to.</summary>
internal sealed class PickyLearner(Action<TrainingOptions> objection) : ILearner
{
    private readonly GradientBoosting _inner = new();

    public string Name => "picky";

    public IReadOnlyList<TaskType> Tasks => _inner.Tasks;

    public IReadOnlyList<Hyperparameter> Hyperparameters => _inner.Hyperparameters;

    public ITrainedModel Train(TrainingData data, TrainingOptions options, CancellationToken cancellationToken)
    {
        objection(options);
        return _inner.Train(data, options, cancellationToken);
    }
}
