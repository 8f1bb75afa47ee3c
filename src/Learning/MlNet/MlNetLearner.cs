using Microsoft.ML;
using Mlops.Registry;
using Mlops.Training;

namespace Mlops.Learning;

/// <summary>A trainer of ML.NET behind the port of a learner.</summary>
/// <remarks>
/// Features are prepared as for a linear learner, so that ML.NET sees numbers without gaps. What its ONNX converter writes stands
/// behind that preparation in one graph, and is accepted only if it predicts as the trained model does: see <see cref="ExportAgreement"/>.
/// </remarks>
public abstract class MlNetLearner : ILearner
{
    /// <summary>So many training rows are compared where there are none for validation.</summary>
    private const int ComparedRows = 2_000;

    private protected MlNetLearner()
    {
    }

    public abstract string Name { get; }

    public abstract IReadOnlyList<TaskType> Tasks { get; }

    public abstract IReadOnlyList<Hyperparameter> Hyperparameters { get; }

    public string? Unavailable => MlNetInstallation.Unavailable;

    /// <summary>Other nodes cannot go on with the probabilities of a converted graph.</summary>
    public bool CanBeCalibrated => false;

    public ITrainedModel Train(TrainingData data, TrainingOptions options, CancellationToken cancellationToken)
    {
        TrainingChecks.Refuse(Unavailable is not null, $"{Name} cannot be used here: {Unavailable}");
        var settings = new Settings(this, options);
        var problem = new LinearProblem(this, data, options);
        var context = new MLContext(options.Seed);
        var rows = MlNetRows.ToLearn(context, problem.Matrix, data);
        cancellationToken.ThrowIfCancellationRequested();
        var transformer = Trainer(context, data.Signature.Task, settings, options).Fit(rows);
        var compared = options.Validation?.Features
            ?? data.Features.Take([.. Enumerable.Range(0, Math.Min(ComparedRows, data.Target.Length))]);
        var model = new MlNetModel(Name, context, transformer, data.Signature, problem.Encoding);
        ExportAgreement.Require(model, compared, data.Signature, cancellationToken);
        model.Importance = SensitivityShares.Of(model, compared, data.Signature, options.Seed);
        return model;
    }

    /// <summary>The trainer of a task that the learner has, for columns named as in <see cref="MlNetRows"/>.</summary>
    private protected abstract IEstimator<ITransformer> Trainer(
        MLContext context, TaskType task, Settings settings, TrainingOptions options);
}
