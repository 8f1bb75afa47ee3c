using Mlops.Registry;
using Mlops.Training;

namespace Mlops.Learning;

/// <summary>Gradient-boosted trees over histograms.</summary>
/// <remarks>
/// Friedman, "Greedy function approximation", Annals of Statistics 29(5), 2001, with second-order leaf values, L1 and L2 as in XGBoost;
/// see <see cref="TreeGrower"/> for how trees grow, <see cref="CategorySearch"/> for categories and <see cref="SplitSearch"/> for monotone
/// features. Defaults are those of scikit-learn's HistGradientBoosting. Missing numbers need no imputation: each split learns a
/// side for them. Early stopping keeps the rounds up to the best one. Rows and columns may be sampled (Friedman, "Stochastic gradient
/// boosting", 2002). All chance comes from the seed: the samples, the validation rows, and the rows from which bins are learned when
/// there are more than 200,000.
/// </remarks>
public sealed class GradientBoosting : ILearner
{
    private static readonly Hyperparameter Rounds =
        new("rounds", 100, 1, 10_000, true, "The most boosting rounds; each grows one tree, or one per class.", null, new(50, 500, true));

    private static readonly Hyperparameter LearningRate =
        new("learningRate", 0.1, 1e-4, 1, false, "The factor on what each tree adds.", null, new(0.01, 0.3, true));

    private static readonly Hyperparameter Loss = Hyperparameter.Choice(
        "loss", "auto", ["auto", "squared", "absolute", "huber", "quantile", "poisson"],
        "What quantities are fitted by; auto is the squared error, and the log loss for classes, which have no other.");

    private static readonly Hyperparameter Quantile =
        new("quantile", 0.5, 0.001, 0.999, false, "The quantile that the quantile loss predicts.");

    private static readonly Hyperparameter HuberDelta = new(
        "huberDelta", 0.9, 0.01, 0.999, false,
        "Where the huber loss turns linear: at this quantile of how far targets are from their median.");

    private static readonly Hyperparameter MaxLeaves =
        new("maxLeaves", 31, 2, 4_096, true, "The most leaves of a tree.", null, new(8, 128, true));

    private static readonly Hyperparameter MaxDepth = new("maxDepth", 0, 0, 64, true, "The most splits from root to leaf; 0 for no limit.");

    private static readonly Hyperparameter MinRowsPerLeaf =
        new("minRowsPerLeaf", 20, 1, 1e6, true, "The fewest training rows in a leaf.", null, new(5, 100, true));

    private static readonly Hyperparameter MinChildWeight =
        new("minChildWeight", 1e-3, 0, 1e9, false, "The least sum of second derivatives (of weights, for a squared error) in a leaf.");

    private static readonly Hyperparameter MinSplitGain =
        new("minSplitGain", 0, 0, 1e9, false, "The least by which a split must lower the loss of its rows, summed, to second order.");

    private static readonly Hyperparameter L1 = new("l1", 0, 0, 1e6, false, "The L1 penalty on leaf values.");

    private static readonly Hyperparameter L2 =
        new("l2", 0, 0, 1e6, false, "The L2 penalty on leaf values.", null, new(1e-3, 100, true));

    private static readonly Hyperparameter RowSample =
        new("rowSample", 1, 0.05, 1, false, "The share of rows that each round learns from.", null, new(0.5, 1));

    private static readonly Hyperparameter ColumnSample =
        new("columnSample", 1, 0.01, 1, false, "The share of columns that each tree may use.", null, new(0.4, 1));

    private static readonly Hyperparameter ColumnSampleByNode =
        new("columnSampleByNode", 1, 0.01, 1, false, "The share of the tree's columns that each split chooses from.");

    private static readonly Hyperparameter CategorySmoothing = new(
        "categorySmoothing", 10, 0, 1e6, false,
        "Added to the second derivative of each category where categories are put in order to split them.");

    private static readonly Hyperparameter MaxBins =
        new("maxBins", FeatureBins.MaxBins, 2, FeatureBins.MaxBins, true, "The most bins a column is cut into.");

    private static readonly Hyperparameter EarlyStoppingRounds =
        new("earlyStoppingRounds", 10, 0, 1_000, true, "Stops after this many rounds without a better validation loss; 0 for never.");

    private static readonly Hyperparameter EarlyStoppingMinRows =
        new("earlyStoppingMinRows", 10_001, 2, 1e9, true, "The fewest rows of which some are set aside for early stopping.");

    private static readonly Hyperparameter ValidationFraction =
        new("validationFraction", 0.1, 0.01, 0.5, false, "The share of rows set aside for early stopping, of each class alike.");

    public string Name => "gradient-boosting";

    public bool CanBeMonotone => true;

    public IReadOnlyList<TaskType> Tasks { get; } = [TaskType.Binary, TaskType.Multiclass, TaskType.Regression];

    public IReadOnlyList<Hyperparameter> Hyperparameters { get; } =
    [
        Rounds, LearningRate, Loss, Quantile, HuberDelta, MaxLeaves, MaxDepth, MinRowsPerLeaf, MinChildWeight, MinSplitGain, L1, L2,
        RowSample, ColumnSample, ColumnSampleByNode, CategorySmoothing, MaxBins,
        EarlyStoppingRounds, EarlyStoppingMinRows, ValidationFraction,
    ];

    public ITrainedModel Train(TrainingData data, TrainingOptions options, CancellationToken cancellationToken)
    {
        var settings = new Settings(this, options);
        var loss = LossOf(data.Signature, settings);
        var random = new DeterministicRandom(options.Seed);
        var (encoding, whole, validation) = TreeTable.Read(data, options, this, settings.Integer(MaxBins), random.Fork());
        var limits = Limits(settings, MonotoneColumns.Of(data.Signature, encoding.Origins, options));
        var (train, held, patience) = validation is null
            ? HoldBack(data, whole, settings, random, options.Threads)
            : (whole, validation, settings.Integer(EarlyStoppingRounds));

        var grower = new TreeGrower(train.Matrix, train.Weights, limits, settings[LearningRate], options.Threads);
        var plan = new BoostingPlan(settings.Integer(Rounds), patience, settings[RowSample], settings[ColumnSample]);
        var boosting = new Boosting(loss, train, held, grower, plan, random.Fork(), options.Threads);
        boosting.Run(options.Progress, cancellationToken);
        return new BoostedTrees(Name, data.Signature, encoding, loss, boosting.BaseScores, boosting.Trees)
        {
            Importance = FeatureImportance.Share(data.Signature, encoding.Origins, grower.Gains),
            Facts = boosting.Facts,
        };
    }

    private static BoostingLoss LossOf(ModelSignature signature, Settings settings)
    {
        var word = settings.Word(Loss);
        if (signature.Task is not TaskType.Regression)
        {
            TrainingChecks.Refuse(word is not "auto", $"The loss '{word}' is for quantities; for classes leave it at 'auto'.");
            return signature.Classes.Count is 2 ? new BinaryLogLoss() : new MultinomialLogLoss(signature.Classes.Count);
        }

        return word switch
        {
            "absolute" => new AbsoluteError(),
            "huber" => new HuberLoss(settings[HuberDelta]),
            "quantile" => new QuantileLoss(settings[Quantile]),
            "poisson" => new PoissonLoss(),
            _ => new SquaredError(),
        };
    }

    private static GrowthLimits Limits(Settings settings, sbyte[]? monotone)
    {
        var depth = settings.Integer(MaxDepth);
        return new GrowthLimits(
            settings.Integer(MaxLeaves), depth is 0 ? int.MaxValue : depth, settings.Integer(MinRowsPerLeaf), settings[L2])
        {
            L1 = settings[L1],
            MinHessian = settings[MinChildWeight],
            MinGain = settings[MinSplitGain],
            CategorySmoothing = settings[CategorySmoothing],
            ColumnsByNode = settings[ColumnSampleByNode],
            Monotone = monotone,
        };
    }

    /// <summary>Sets rows aside for early stopping, if there are enough of them.</summary>
    private static (BoostingTable Train, BoostingTable? Held, int Patience) HoldBack(
        TrainingData data, BoostingTable whole, Settings settings, DeterministicRandom random, int threads)
    {
        var patience = whole.Rows >= settings.Integer(EarlyStoppingMinRows) ? settings.Integer(EarlyStoppingRounds) : 0;
        if (patience is 0)
        {
            return (whole, null, 0);
        }

        var parts = HoldOut.Draw(
            data.Target,
            settings[ValidationFraction],
            unchecked((int)random.NextUInt64()),
            stratify: data.Signature.Task is not TaskType.Regression);
        return (whole.Take(parts.Train, threads), whole.Take(parts.Test, threads), patience);
    }
}
