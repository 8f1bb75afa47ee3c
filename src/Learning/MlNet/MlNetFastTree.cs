using Microsoft.ML;
using Microsoft.ML.Trainers.FastTree;
using Mlops.Registry;
using Mlops.Training;
using static Mlops.Learning.MlNetTreeSettings;

namespace Mlops.Learning;

/// <summary>ML.NET's FastTree: MART boosted trees (Friedman 2001), calibrated by Platt's method for two classes.</summary>
public sealed class MlNetFastTree : MlNetLearner
{
    public override string Name => "ml-net-fast-tree";

    public override IReadOnlyList<TaskType> Tasks { get; } = [TaskType.Binary, TaskType.Regression];

    public override IReadOnlyList<Hyperparameter> Hyperparameters => All;

    public override string? Unavailable => NativeParts.FastTree;

    private protected override IEstimator<ITransformer> Trainer(MLContext context, TaskType task, Settings settings, TrainingOptions options) =>
        task is TaskType.Binary
            ? context.BinaryClassification.Trainers.FastTree(Set(new FastTreeBinaryTrainer.Options(), settings, options))
            : context.Regression.Trainers.FastTree(Set(new FastTreeRegressionTrainer.Options(), settings, options));

    private static TOptions Set<TOptions>(TOptions trainer, Settings settings, TrainingOptions options)
        where TOptions : BoostedTreeOptions
    {
        trainer.FeatureColumnName = MlNetRows.Features;
        trainer.LabelColumnName = MlNetRows.Label;
        trainer.ExampleWeightColumnName = MlNetRows.Weight;
        trainer.NumberOfTrees = settings.Integer(Rounds);
        trainer.LearningRate = settings[LearningRate];
        trainer.NumberOfLeaves = settings.Integer(MaxLeaves);
        trainer.MinimumExampleCountPerLeaf = settings.Integer(MinRowsPerLeaf);
        (trainer.Seed, trainer.FeatureSelectionSeed) = (options.Seed, options.Seed);

        // Sums of gradients over threads would depend on how many there are.
        trainer.NumberOfThreads = 1;
        return trainer;
    }
}
