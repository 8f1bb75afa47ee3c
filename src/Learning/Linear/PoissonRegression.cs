using Mlops.Registry;
using Mlops.Training;

namespace Mlops.Learning;

/// <summary>Counts and other quantities from 0 whose logarithm of the mean is linear, with an L2 penalty, fitted by L-BFGS.</summary>
/// <remarks>
/// It minimises half the mean Poisson deviance plus ½ α ‖w‖² as scikit-learn's PoissonRegressor does, on columns prepared as
/// <see cref="LinearEncoding"/> has it; the intercept is not penalised. There is no chance in it.
/// </remarks>
public sealed class PoissonRegression : ILearner
{
    private static readonly Hyperparameter Alpha =
        new("alpha", 1, 0, 1e6, false, "The weight of ½ ‖w‖² against half the mean deviance, columns being standardised.")
        {
            Search = new SuggestedRange(1e-6, 10, IsLogarithmic: true),
        };

    private static readonly Hyperparameter MaxIterations = new("maxIterations", 1_000, 1, 100_000, true, "The most iterations of L-BFGS.");

    private static readonly Hyperparameter Tolerance = new(
        "tolerance", 1e-7, 1e-12, 1, false,
        "Stops when no component of the gradient of the mean objective is greater, relative to the mean of the target.");

    public string Name => "poisson-regression";

    public IReadOnlyList<TaskType> Tasks { get; } = [TaskType.Regression];

    public IReadOnlyList<Hyperparameter> Hyperparameters { get; } = [Alpha, MaxIterations, Tolerance];

    public ITrainedModel Train(TrainingData data, TrainingOptions options, CancellationToken cancellationToken)
    {
        var settings = new Settings(this, options);
        RequireCounts(data);
        var problem = new LinearProblem(this, data, options);
        var mean = WeightedMean.Of(data);
        var (parameters, facts) = problem.Minimize(
            rows => new PoissonRowLoss(rows.Target, rows.Weights),
            settings[Alpha],
            point => point[^1] = Math.Log(mean),
            settings.Integer(MaxIterations),
            settings[Tolerance] * mean,
            cancellationToken);
        return new LinearRegressor(Name, data.Signature, problem.Encoding, parameters, isLogarithmic: true) { Facts = facts };
    }

    private static void RequireCounts(TrainingData data)
    {
        var negative = data.Target.Count(value => value < 0);
        TrainingChecks.Refuse(
            negative > 0, $"The target '{data.Signature.Target}' is negative in {negative} rows; poisson-regression takes quantities from 0.");
    }
}
