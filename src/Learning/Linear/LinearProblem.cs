using Mlops.Registry;
using Mlops.Training;

namespace Mlops.Learning;

/// <summary>What every linear learner begins with: checked data as a matrix of scaled numbers and one-hot categories.</summary>
internal sealed class LinearProblem
{
    private readonly TrainingOptions _options;
    private readonly DesignMatrix? _validation;

    /// <exception cref="TrainingRefusedException">The data cannot be learned from, or more is asked than the learner can promise.</exception>
    public LinearProblem(ILearner learner, TrainingData data, TrainingOptions options)
    {
        TrainingChecks.Require(data, learner);
        TrainingChecks.RefuseMonotone(options, learner);
        WeightChecks.Require(data);
        (Data, _options) = (data, options);
        Encoding = LinearEncoding.Learn(
            RawFeatures.Read(data.Features, Signature), Signature, out var matrix, Preparation.Of(data, options));
        Matrix = matrix;
        _validation = options.Validation is { } validation ? Encoding.Encode(RawFeatures.Read(validation.Features, Signature)) : null;
    }

    public TrainingData Data { get; }

    public ModelSignature Signature => Data.Signature;

    public LinearEncoding Encoding { get; }

    public DesignMatrix Matrix { get; }

    /// <summary>Lowers the mean loss plus <paramref name="penalty"/> on half the squared norm, reporting each iteration.</summary>
    /// <param name="lossOf">Makes the loss of rows from their targets and weights.</param>
    public (double[] Parameters, Dictionary<string, double> Facts) Minimize(
        Func<TrainingData, RowLoss> lossOf,
        double penalty,
        Action<double[]> start,
        int maxIterations,
        double tolerance,
        CancellationToken cancellationToken)
    {
        var objective = new LinearObjective(Matrix, lossOf(Data), penalty, _options.Threads);
        var validation = ValidationLoss(lossOf);
        var point = new double[objective.Parameters];
        start(point);
        var minimum = new Lbfgs(objective.Evaluate, maxIterations, tolerance).Minimize(
            point,
            (iteration, reached, loss) => Report(iteration, maxIterations, () => validation?.Invoke(reached) ?? loss),
            cancellationToken);
        var facts = new Dictionary<string, double>
        {
            ["iterations"] = minimum.Iterations,
            ["converged"] = minimum.Converged ? 1 : 0,
            ["loss"] = minimum.Value,
            ["gradientNorm"] = minimum.GradientNorm,
        };
        if (validation is not null)
        {
            facts["validationLoss"] = validation(minimum.Point);
        }

        return (minimum.Point, facts);
    }

    /// <summary>The mean loss on the validation rows as a function of the parameters; null if there are none.</summary>
    public Func<double[], double>? ValidationLoss(Func<TrainingData, RowLoss> lossOf) => _validation is { } rows && _options.Validation is { } data
        ? new LinearObjective(rows, lossOf(data), 0, _options.Threads).MeanLoss
        : null;

    /// <summary>The mean squared error of parameters as facts: <c>loss</c>, and <c>validationLoss</c> if there are such rows.</summary>
    public Dictionary<string, double> MeanSquares(double[] parameters)
    {
        var facts = new Dictionary<string, double>
        {
            ["loss"] = new LinearObjective(Matrix, Squares(Data), 0, _options.Threads).MeanLoss(parameters),
        };
        if (ValidationLoss(Squares) is { } validation)
        {
            facts["validationLoss"] = validation(parameters);
        }

        return facts;
    }

    public static RowLoss Squares(TrainingData rows) => new SquaredRowLoss(rows.Target, rows.Weights);

    public void Report(int iteration, int maxIterations, Func<double> loss) =>
        _options.Progress?.Invoke(new TrainingProgress(iteration, maxIterations, loss()));
}
