using Mlops.Registry;
using Mlops.Training;

namespace Mlops.Learning;

/// <summary>Logistic regression, binary or multinomial, with an L2 penalty, fitted by L-BFGS.</summary>
/// <remarks>
/// Numbers are imputed by their median and standardised; a category is one-hot, a missing one being a category of its own and one
/// that training has not seen all zeros; a text is the TF-IDF of its words. It minimises C · Σ log loss + ½ ‖w‖² as scikit-learn
/// does; intercepts are not penalised. There is no chance in it but target encoding's: elsewhere the seed has no effect.
/// </remarks>
public sealed class LogisticRegression : ILearner
{
    private static readonly Hyperparameter InverseRegularization =
        new("c", 1, 1e-6, 1e6, false, "Inverse strength of the L2 penalty: the weight of the summed log losses against ½ ‖w‖².")
        {
            Search = new SuggestedRange(1e-4, 1e3, IsLogarithmic: true),
        };

    private static readonly Hyperparameter MaxIterations = new("maxIterations", 1_000, 1, 100_000, true, "The most iterations of L-BFGS.");

    private static readonly Hyperparameter Tolerance =
        new("tolerance", 1e-7, 1e-12, 1, false, "Stops when no component of the gradient of the mean objective is greater.");

    public string Name => "logistic-regression";

    public IReadOnlyList<TaskType> Tasks { get; } = [TaskType.Binary, TaskType.Multiclass];

    public IReadOnlyList<Hyperparameter> Hyperparameters { get; } = [InverseRegularization, MaxIterations, Tolerance];

    public ITrainedModel Train(TrainingData data, TrainingOptions options, CancellationToken cancellationToken)
    {
        var settings = new Settings(this, options);
        var problem = new LinearProblem(this, data, options);
        var classes = data.Signature.Classes.Count;
        var (parameters, facts) = problem.Minimize(
            rows => classes is 2 ? new BinaryRowLoss(rows.Target, rows.Weights) : new SoftmaxRowLoss(rows.Target, classes, rows.Weights),
            1 / (settings[InverseRegularization] * (data.Weights?.Sum() ?? data.Target.Length)),
            point => StartAtShares(point, problem, classes),
            settings.Integer(MaxIterations),
            settings[Tolerance],
            cancellationToken);
        return new LinearClassifier(Name, data.Signature, problem.Encoding, parameters) { Facts = facts };
    }

    /// <summary>Sets the intercepts so that each class has its share before any feature is looked at.</summary>
    private static void StartAtShares(double[] point, LinearProblem problem, int classes)
    {
        var shares = ClassShares.Of(problem.Data);
        var stride = problem.Encoding.Width + 1;
        if (classes is 2)
        {
            point[^1] = Math.Log(shares[1] / shares[0]);
            return;
        }

        // Only differences of scores matter; the optimum that is reached is the one whose intercepts sum to 0.
        var centre = shares.Average(Math.Log);
        for (var k = 0; k < classes; k++)
        {
            point[((k + 1) * stride) - 1] = Math.Log(shares[k]) - centre;
        }
    }
}
