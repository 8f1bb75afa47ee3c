using Mlops.Registry;
using Mlops.Training;

namespace Mlops.Learning;

/// <summary>Gradient-boosted trees over histograms: log loss for classes, squared error for quantities.</summary>
/// <remarks>
/// Friedman, "Greedy function approximation", Annals of Statistics 29(5), 2001, with second-order leaf values; see
/// <see cref="TreeGrower"/> for how trees grow. Defaults are those of scikit-learn's HistGradientBoosting. Missing numbers need no
/// imputation: each split learns a side for them. Early stopping keeps the rounds up to the best one. Chance (the validation rows, and the
/// sample from which bins are learned when there are more than 200,000 rows) comes from the seed.
/// </remarks>
public sealed class GradientBoosting : ILearner
{
    private static readonly Hyperparameter Rounds =
        new("rounds", 100, 1, 10_000, true, "The most boosting rounds; a round grows one tree, or one per class.");
    private static readonly Hyperparameter LearningRate = new("learningRate", 0.1, 1e-4, 1, false, "The factor on what each tree adds.");
    private static readonly Hyperparameter MaxLeaves = new("maxLeaves", 31, 2, 4_096, true, "The most leaves of a tree.");
    private static readonly Hyperparameter MaxDepth = new("maxDepth", 0, 0, 64, true, "The most splits from root to leaf; 0 for no limit.");
    private static readonly Hyperparameter MinRowsPerLeaf = new("minRowsPerLeaf", 20, 1, 1e6, true, "The fewest training rows in a leaf.");
    private static readonly Hyperparameter L2 = new("l2", 0, 0, 1e6, false, "The L2 penalty on leaf values.");
    private static readonly Hyperparameter MaxBins =
        new("maxBins", FeatureBins.MaxBins, 2, FeatureBins.MaxBins, true, "The most bins a column is cut into.");

    private static readonly Hyperparameter EarlyStoppingRounds =
        new("earlyStoppingRounds", 10, 0, 1_000, true, "Stops after this many rounds without a better validation loss; 0 for never.");

    private static readonly Hyperparameter EarlyStoppingMinRows =
        new("earlyStoppingMinRows", 10_001, 2, 1e9, true, "The fewest rows of which some are set aside for early stopping.");

    private static readonly Hyperparameter ValidationFraction =
        new("validationFraction", 0.1, 0.01, 0.5, false, "The share of rows set aside for early stopping, of each class alike.");

    public string Name => "gradient-boosting";

    public IReadOnlyList<TaskType> Tasks { get; } = [TaskType.Binary, TaskType.Multiclass, TaskType.Regression];

    public IReadOnlyList<Hyperparameter> Hyperparameters { get; } =
    [
        Rounds, LearningRate, MaxLeaves, MaxDepth, MinRowsPerLeaf, L2, MaxBins,
        EarlyStoppingRounds, EarlyStoppingMinRows, ValidationFraction,
    ];

    public ITrainedModel Train(TrainingData data, TrainingOptions options, CancellationToken cancellationToken)
    {
        TrainingChecks.Require(data, this);
        var settings = new Settings(this, options);
        var random = new DeterministicRandom(options.Seed);
        var features = RawFeatures.Read(data.Features, data.Signature);
        var encoding = TreeEncoding.Learn(features, data.Signature, Preparation.Of(data, options), out var columns);
        var matrix = BinnedMatrix.Build(columns, features.Rows, settings.Integer(MaxBins), random.Fork(), options.Threads);
        TrainingChecks.RequireUsable(matrix.Columns.Select(column => column.IsUsable));

        var patience = features.Rows >= settings.Integer(EarlyStoppingMinRows) ? settings.Integer(EarlyStoppingRounds) : 0;
        var parts = patience is 0
            ? new HoldOut([.. Enumerable.Range(0, features.Rows)], [])
            : HoldOut.Draw(
                data.Target,
                settings[ValidationFraction],
                unchecked((int)random.NextUInt64()),
                stratify: data.Signature.Task is not TaskType.Regression);
        var depth = settings.Integer(MaxDepth);
        var limits = new GrowthLimits(
            settings.Integer(MaxLeaves), depth is 0 ? int.MaxValue : depth, settings.Integer(MinRowsPerLeaf), settings[L2]);
        var grower = new TreeGrower(matrix, parts.Train, limits, settings[LearningRate], options.Threads);

        var boosting = new Boosting(BoostingLoss.For(data.Signature), data.Target, columns, parts, grower, options.Threads);
        boosting.Run(settings.Integer(Rounds), patience, options.Progress, cancellationToken);
        return new BoostedTrees(Name, data.Signature, encoding, boosting.BaseScores, boosting.Trees)
        {
            Importance = FeatureImportance.Share(data.Signature, encoding.Origins, grower.Gains),
            Facts = boosting.Facts,
        };
    }
}
