using Microsoft.ML;
using Microsoft.ML.Trainers;
using Mlops.Registry;
using Mlops.Training;

namespace Mlops.Learning;

/// <summary>
/// ML.NET's linear models by stochastic dual coordinate ascent (Shalev-Shwartz and Zhang, "Stochastic Dual Coordinate Ascent Methods for
/// Regularized Loss Minimization", 2013): logistic, maximum entropy or least squares.
/// </summary>
public sealed class MlNetSdca : MlNetLearner
{
    private static readonly Hyperparameter L2 = new("l2", 1e-4, 1e-7, 10, false, "The L2 penalty on weights.")
    {
        Search = new SuggestedRange(1e-6, 1, IsLogarithmic: true),
    };

    private static readonly Hyperparameter L1 = new("l1", 0, 0, 10, false, "The L1 penalty on weights, which leaves some out.");

    private static readonly Hyperparameter MaxIterations = new("maxIterations", 100, 1, 10_000, true, "The most passes over the rows.");

    public override string Name => "ml-net-sdca";

    public override IReadOnlyList<TaskType> Tasks { get; } = [TaskType.Binary, TaskType.Multiclass, TaskType.Regression];

    public override IReadOnlyList<Hyperparameter> Hyperparameters { get; } = [L2, L1, MaxIterations];

    private protected override IEstimator<ITransformer> Trainer(MLContext context, TaskType task, Settings settings, TrainingOptions options)
    {
        var (l2, l1, passes) = ((float)settings[L2], (float)settings[L1], settings.Integer(MaxIterations));

        // One thread: several update the dual variables without waiting for each other, and no two runs are alike.
        return task switch
        {
            TaskType.Binary => context.BinaryClassification.Trainers.SdcaLogisticRegression(new SdcaLogisticRegressionBinaryTrainer.Options
            {
                FeatureColumnName = MlNetRows.Features,
                LabelColumnName = MlNetRows.Label,
                ExampleWeightColumnName = MlNetRows.Weight,
                L2Regularization = l2,
                L1Regularization = l1,
                MaximumNumberOfIterations = passes,
                NumberOfThreads = 1,
            }),
            TaskType.Multiclass => context.MulticlassClassification.Trainers.SdcaMaximumEntropy(new SdcaMaximumEntropyMulticlassTrainer.Options
            {
                FeatureColumnName = MlNetRows.Features,
                LabelColumnName = MlNetRows.Label,
                ExampleWeightColumnName = MlNetRows.Weight,
                L2Regularization = l2,
                L1Regularization = l1,
                MaximumNumberOfIterations = passes,
                NumberOfThreads = 1,
            }),
            _ => context.Regression.Trainers.Sdca(new SdcaRegressionTrainer.Options
            {
                FeatureColumnName = MlNetRows.Features,
                LabelColumnName = MlNetRows.Label,
                ExampleWeightColumnName = MlNetRows.Weight,
                L2Regularization = l2,
                L1Regularization = l1,
                MaximumNumberOfIterations = passes,
                NumberOfThreads = 1,
            }),
        };
    }
}
