using Mlops.Registry;
using Mlops.Training;

namespace Mlops.Learning;

/// <summary>Extremely randomised trees: grown on all rows, each split choosing among few columns, each cut at random, averaged.</summary>
/// <remarks>
/// Geurts, Ernst and Wehenkel, "Extremely randomized trees", Machine Learning 63(1), 2006; see <see cref="ForestGrower"/> for how cuts are
/// drawn. All chance comes from the seed.
/// </remarks>
public sealed class ExtraTrees : ILearner
{
    public string Name => "extra-trees";

    public IReadOnlyList<TaskType> Tasks => ForestSettings.Tasks;

    public IReadOnlyList<Hyperparameter> Hyperparameters => ForestSettings.Shared;

    public ITrainedModel Train(TrainingData data, TrainingOptions options, CancellationToken cancellationToken)
    {
        var settings = new Settings(this, options);
        ForestPlan Plan(int columns) => ForestSettings.Plan(settings, columns, data.Signature.Task) with { RandomThresholds = true };
        return ForestTraining.Train(this, data, options, Plan, ForestSettings.Bins(settings), cancellationToken);
    }
}
