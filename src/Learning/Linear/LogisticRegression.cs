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
        new("c", 1, 1e-6, 1e6, false, "Inverse strength of the L2 penalty: the weight of the summed log losses against ½ ‖w‖².");

    private static readonly Hyperparameter MaxIterations = new("maxIterations", 1_000, 1, 100_000, true, "The most iterations of L-BFGS.");

    private static readonly Hyperparameter Tolerance =
        new("tolerance", 1e-7, 1e-12, 1, false, "Stops when no component of the gradient of the mean objective is greater.");

    public string Name => "logistic-regression";

    public IReadOnlyList<TaskType> Tasks { get; } = [TaskType.Binary, TaskType.Multiclass];

    public IReadOnlyList<Hyperparameter> Hyperparameters { get; } = [InverseRegularization, MaxIterations, Tolerance];

    public ITrainedModel Train(TrainingData data, TrainingOptions options, CancellationToken cancellationToken)
    {
        TrainingChecks.Require(data, this);
        var settings = new Settings(this, options);
        var maxIterations = settings.Integer(MaxIterations);
        var signature = data.Signature;
        var encoding = LinearEncoding.Learn(
            RawFeatures.Read(data.Features, signature), signature, out var matrix, Preparation.Of(data, options));
        var objective = new LogisticObjective(
            matrix, data.Target, signature.Classes.Count, settings[InverseRegularization], options.Threads);

        var minimum = new Lbfgs(objective.Evaluate, maxIterations, settings[Tolerance]).Minimize(
            new double[objective.Parameters],
            (iteration, loss) => options.Progress?.Invoke(new TrainingProgress(iteration, maxIterations, loss)),
            cancellationToken);

        return new LinearClassifier(Name, signature, encoding, minimum.Point)
        {
            Facts = new Dictionary<string, double>
            {
                ["iterations"] = minimum.Iterations,
                ["converged"] = minimum.Converged ? 1 : 0,
                ["loss"] = minimum.Value,
                ["gradientNorm"] = minimum.GradientNorm,
            },
        };
    }
}
