using Microsoft.ML;
using Microsoft.ML.Trainers.LightGbm;
using Mlops.Registry;
using Mlops.Training;
using static Mlops.Learning.MlNetTreeSettings;

namespace Mlops.Learning;

/// <summary>LightGBM as ML.NET brings it (Ke et al., "LightGBM: A Highly Efficient Gradient Boosting Decision Tree", 2017).</summary>
public sealed class MlNetLightGbm : MlNetLearner
{
    public override string Name => "ml-net-light-gbm";

    public override IReadOnlyList<TaskType> Tasks { get; } = [TaskType.Binary, TaskType.Multiclass, TaskType.Regression];

    public override IReadOnlyList<Hyperparameter> Hyperparameters => All;

    public override string? Unavailable => NativeParts.LightGbm;

    private protected override IEstimator<ITransformer> Trainer(MLContext context, TaskType task, Settings settings, TrainingOptions options)
    {
        // The options of each task derive from a base of their own, so that they can only be set one by one.
        return task switch
        {
            TaskType.Binary => context.BinaryClassification.Trainers.LightGbm(new LightGbmBinaryTrainer.Options
            {
                FeatureColumnName = MlNetRows.Features,
                LabelColumnName = MlNetRows.Label,
                ExampleWeightColumnName = MlNetRows.Weight,
                NumberOfIterations = settings.Integer(Rounds),
                LearningRate = settings[LearningRate],
                NumberOfLeaves = settings.Integer(MaxLeaves),
                MinimumExampleCountPerLeaf = settings.Integer(MinRowsPerLeaf),
                Seed = options.Seed,
                NumberOfThreads = 1,
                Deterministic = true,
            }),
            TaskType.Multiclass => context.MulticlassClassification.Trainers.LightGbm(new LightGbmMulticlassTrainer.Options
            {
                FeatureColumnName = MlNetRows.Features,
                LabelColumnName = MlNetRows.Label,
                ExampleWeightColumnName = MlNetRows.Weight,
                NumberOfIterations = settings.Integer(Rounds),
                LearningRate = settings[LearningRate],
                NumberOfLeaves = settings.Integer(MaxLeaves),
                MinimumExampleCountPerLeaf = settings.Integer(MinRowsPerLeaf),
                Seed = options.Seed,
                NumberOfThreads = 1,
                Deterministic = true,
            }),
            _ => context.Regression.Trainers.LightGbm(new LightGbmRegressionTrainer.Options
            {
                FeatureColumnName = MlNetRows.Features,
                LabelColumnName = MlNetRows.Label,
                ExampleWeightColumnName = MlNetRows.Weight,
                NumberOfIterations = settings.Integer(Rounds),
                LearningRate = settings[LearningRate],
                NumberOfLeaves = settings.Integer(MaxLeaves),
                MinimumExampleCountPerLeaf = settings.Integer(MinRowsPerLeaf),
                Seed = options.Seed,
                NumberOfThreads = 1,
                Deterministic = true,
            }),
        };
    }
}
