using Mlops.Registry;
using Mlops.Training;

namespace Mlops.Learning;

/// <summary>Looks at no feature: every row gets the share of each class, or the mean of the quantity.</summary>
/// <remarks>What a model must beat to be worth anything. There is no chance in it.</remarks>
public sealed class Baseline : ILearner
{
    public string Name => "baseline";

    /// <summary>What never changes neither rises nor falls.</summary>
    public bool CanBeMonotone => true;

    public IReadOnlyList<TaskType> Tasks { get; } = [TaskType.Binary, TaskType.Multiclass, TaskType.Regression];

    public IReadOnlyList<Hyperparameter> Hyperparameters { get; } = [];

    public ITrainedModel Train(TrainingData data, TrainingOptions options, CancellationToken cancellationToken)
    {
        TrainingChecks.Require(data, this);
        WeightChecks.Require(data);
        return new ConstantModel(
            Name, data.Signature, data.Signature.Task is TaskType.Regression ? [WeightedMean.Of(data)] : ClassShares.Of(data));
    }
}
