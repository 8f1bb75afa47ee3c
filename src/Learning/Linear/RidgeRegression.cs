using Mlops.Registry;
using Mlops.Training;

namespace Mlops.Learning;

/// <summary>Least squares with an L2 penalty.</summary>
/// <remarks>
/// It minimises Σ (y − ŷ)² + α ‖w‖² as scikit-learn's Ridge does, on columns prepared as <see cref="LinearEncoding"/> has it; the
/// intercept is not penalised. Up to <see cref="NormalEquations.MaxColumns"/> columns by a Cholesky factorisation, beyond that by L-BFGS.
/// There is no chance in it.
/// </remarks>
public sealed class RidgeRegression : ILearner
{
    private const int MaxIterations = 1_000;

    /// <summary>Of the gradient, per range of the target.</summary>
    private const double Tolerance = 1e-7;

    private static readonly Hyperparameter Alpha =
        new("alpha", 1, 1e-6, 1e9, false, "The weight of ‖w‖² against the sum of squared errors, columns being standardised.")
        {
            Search = new SuggestedRange(1e-3, 1e5, IsLogarithmic: true),
        };

    public string Name => "ridge";

    public IReadOnlyList<TaskType> Tasks { get; } = [TaskType.Regression];

    public IReadOnlyList<Hyperparameter> Hyperparameters { get; } = [Alpha];

    public ITrainedModel Train(TrainingData data, TrainingOptions options, CancellationToken cancellationToken)
    {
        var settings = new Settings(this, options);
        var problem = new LinearProblem(this, data, options);
        var penalty = settings[Alpha] / (data.Weights?.Sum() ?? data.Target.Length);
        var (parameters, facts) = problem.Matrix.Width <= NormalEquations.MaxColumns
            ? Solve(problem, penalty, options)
            : Iterate(problem, penalty, cancellationToken);
        return new LinearRegressor(Name, data.Signature, problem.Encoding, parameters) { Facts = facts };
    }

    private static (double[] Parameters, Dictionary<string, double> Facts) Solve(
        LinearProblem problem, double penalty, TrainingOptions options)
    {
        var equations = NormalEquations.Of(problem.Matrix, problem.Data, options.Threads);
        var weights = Cholesky.Solve(equations.Covariances, penalty, equations.CrossCovariances);
        double[] parameters = [.. weights, equations.Intercept(weights)];
        var facts = problem.MeanSquares(parameters);
        problem.Report(1, 1, () => facts.GetValueOrDefault("validationLoss", facts["loss"]));
        return (parameters, facts);
    }

    private static (double[] Parameters, Dictionary<string, double> Facts) Iterate(
        LinearProblem problem, double penalty, CancellationToken cancellationToken)
    {
        var mean = WeightedMean.Of(problem.Data);
        var spread = problem.Data.Target.Max() - problem.Data.Target.Min();
        var (parameters, facts) = problem.Minimize(
            LinearProblem.Squares,
            2 * penalty,
            point => point[^1] = mean,
            MaxIterations,
            Tolerance * spread,
            cancellationToken);
        foreach (var (name, value) in problem.MeanSquares(parameters))
        {
            facts[name] = value;
        }

        return (parameters, facts);
    }
}
