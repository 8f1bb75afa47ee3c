using Mlops.Registry;
using Mlops.Training;

namespace Mlops.Learning;

/// <summary>A random forest: trees grown on rows drawn with replacement, each split choosing among few columns, averaged.</summary>
/// <remarks>
/// Breiman, "Random forests", Machine Learning 45(1), 2001; see <see cref="ForestGrower"/>. Defaults are scikit-learn's, but that for
/// quantities a split looks at a third of the columns, as Breiman recommends. Missing numbers need no imputation: each split
/// learns a side for them. Facts tell how well the trees predict rows that they were not grown on. All chance comes from the seed.
/// </remarks>
public sealed class RandomForest : ILearner
{
    private static readonly Hyperparameter RowSample = new(
        "rowSample", 1, 0.05, 1, false, "How many rows are drawn for each tree, with replacement, as a share of all.", null, new(0.4, 1));

    public string Name => "random-forest";

    public IReadOnlyList<TaskType> Tasks => ForestSettings.Tasks;

    public IReadOnlyList<Hyperparameter> Hyperparameters { get; } = [.. ForestSettings.Shared, RowSample];

    public ITrainedModel Train(TrainingData data, TrainingOptions options, CancellationToken cancellationToken)
    {
        var settings = new Settings(this, options);
        ForestPlan Plan(int columns) =>
            ForestSettings.Plan(settings, columns, data.Signature.Task) with { RowSample = settings[RowSample] };
        return ForestTraining.Train(this, data, options, Plan, ForestSettings.Bins(settings), cancellationToken);
    }
}
