using Mlops.Registry;
using Mlops.Training;

namespace Mlops.Learning;

/// <summary>Least squares with an L1 and an L2 penalty: the former leaves columns out altogether.</summary>
/// <remarks>
/// It minimises ½ mean (y − ŷ)² + α (ρ ‖w‖₁ + ½ (1 − ρ) ‖w‖²) as scikit-learn's ElasticNet does, with the target measured in its
/// standard deviations as glmnet has it, so that one range of α is right for targets of any unit. Columns are prepared as
/// <see cref="LinearEncoding"/> has it; the intercept is not penalised. See <see cref="CoordinateDescent"/>. There is no chance in it.
/// </remarks>
public sealed class ElasticNet : ILearner
{
    private static readonly Hyperparameter Alpha =
        new("alpha", 0.01, 1e-6, 1e3, false, "The weight of the penalty against half the mean squared error of the standardised target.")
        {
            Search = new SuggestedRange(1e-5, 1, IsLogarithmic: true),
        };

    private static readonly Hyperparameter L1Ratio =
        new("l1Ratio", 0.5, 0, 1, false, "The share of the penalty that is L1; at 0 no weight becomes 0, at 1 it is the lasso.")
        {
            Search = new SuggestedRange(0, 1),
        };

    private static readonly Hyperparameter MaxIterations = new("maxIterations", 1_000, 1, 100_000, true, "The most cycles over all weights.");

    private static readonly Hyperparameter Tolerance =
        new("tolerance", 1e-7, 1e-12, 1, false, "Stops when no weight changes the prediction by more standard deviations of the target.");

    public string Name => "elastic-net";

    public IReadOnlyList<TaskType> Tasks { get; } = [TaskType.Regression];

    public IReadOnlyList<Hyperparameter> Hyperparameters { get; } = [Alpha, L1Ratio, MaxIterations, Tolerance];

    public ITrainedModel Train(TrainingData data, TrainingOptions options, CancellationToken cancellationToken)
    {
        var settings = new Settings(this, options);
        var maxIterations = settings.Integer(MaxIterations);
        var problem = new LinearProblem(this, data, options);
        TrainingChecks.Refuse(
            problem.Matrix.Width > NormalEquations.MaxColumns,
            $"The features make {problem.Matrix.Width} columns and {Name} takes at most {NormalEquations.MaxColumns}: "
            + "leave out features of many categories, or use ridge.");
        var equations = NormalEquations.Of(problem.Matrix, data, options.Threads);
        var deviation = Math.Sqrt(equations.TargetVariance);
        var descent = new CoordinateDescent(
            equations.Covariances,
            Array.ConvertAll(equations.CrossCovariances, value => value / deviation),
            settings[Alpha] * settings[L1Ratio],
            settings[Alpha] * (1 - settings[L1Ratio]));

        var validation = problem.ValidationLoss(LinearProblem.Squares);

        double[] Parameters()
        {
            var weights = Array.ConvertAll(descent.Weights, weight => weight * deviation);
            return [.. weights, equations.Intercept(weights)];
        }

        var change = double.PositiveInfinity;
        var cycles = 0;
        while (change > settings[Tolerance] && cycles < maxIterations)
        {
            cancellationToken.ThrowIfCancellationRequested();
            change = descent.Cycle();
            cycles++;
            problem.Report(
                cycles,
                maxIterations,
                () => validation?.Invoke(Parameters()) ?? (equations.TargetVariance * (1 + descent.SquaredError)));
        }

        var parameters = Parameters();
        var facts = problem.MeanSquares(parameters);
        facts["iterations"] = cycles;
        facts["converged"] = change <= settings[Tolerance] ? 1 : 0;
        facts["nonzeroWeights"] = descent.Weights.Count(weight => weight is not 0);
        return new LinearRegressor(Name, data.Signature, problem.Encoding, parameters) { Facts = facts };
    }
}
