using Microsoft.ML;
using Mlops.Registry;
using Mlops.Training;

namespace Mlops.Learning;

/// <summary>A trainer of ML.NET behind the port of a learner.</summary>
/// <remarks>
/// <para>
/// Features are prepared as for a linear learner, so that ML.NET sees numbers without gaps. What its ONNX converter writes stands
/// behind that preparation in one graph, and is accepted only if it predicts as the trained model does: see <see cref="ExportAgreement"/>.
/// </para>
/// <para>
/// ML.NET tells no loss on the way, so no progress is reported and no pruner can act. It takes no token either: it is stopped where it
/// reads a row, as SDCA does throughout, or says what it does, as FastTree of each tree. LightGBM reads all rows first and then says
/// nothing until its last round: cancelled between, it goes on to it, unheard, and other trainings by LightGBM in the process wait for it,
/// as they always wait for each other.
/// </para>
/// </remarks>
public abstract class MlNetLearner : ILearner
{
    /// <summary>So many training rows are compared, and shuffled to see what matters.</summary>
    private const int ComparedRows = 2_000;

    private protected MlNetLearner()
    {
    }

    public abstract string Name { get; }

    public abstract IReadOnlyList<TaskType> Tasks { get; }

    public abstract IReadOnlyList<Hyperparameter> Hyperparameters { get; }

    public virtual string? Unavailable => null;

    public ITrainedModel Train(TrainingData data, TrainingOptions options, CancellationToken cancellationToken)
    {
        TrainingChecks.Refuse(Unavailable is not null, $"{Name} cannot be used here: {Unavailable}");
        var settings = new Settings(this, options);
        var problem = new LinearProblem(this, data, options);
        var context = new MLContext(options.Seed);
        var rows = MlNetRows.ToLearn(context, problem.Matrix, data);
        var trainer = Trainer(context, data.Signature.Task, settings, options);
        var model = new MlNetModel(Name, context, Fit(context, trainer, rows, cancellationToken), data.Signature, problem.Encoding);
        var sample = data.Features.Take(Sample(data.Target.Length));
        ExportAgreement.Require(model, options.HeldOut ?? options.Validation?.Features ?? sample, data.Signature, cancellationToken);
        model.Importance = SensitivityShares.Of(model, sample, data.Signature, options.Seed);
        return model;
    }

    /// <summary>The trainer of a task that the learner has, for columns named as in <see cref="MlNetRows"/>.</summary>
    private protected abstract IEstimator<ITransformer> Trainer(
        MLContext context, TaskType task, Settings settings, TrainingOptions options);

    /// <exception cref="OperationCanceledException">ML.NET would have gone on after the token was cancelled.</exception>
    /// <exception cref="TrainingRefusedException">LightGBM found nothing to tell rows apart by.</exception>
    internal static ITransformer Fit(
        MLContext context, IEstimator<ITransformer> trainer, IDataView rows, CancellationToken cancellationToken)
    {
        var thread = Environment.CurrentManagedThreadId;
        context.Log += Stop;
        try
        {
            return trainer.Fit(context.Data.FilterByCustomPredicate<MlNetWeight>(rows, IsLeftOut));
        }
        catch (ArgumentNullException broken) when (broken.ParamName is "items")
        {
            // What ML.NET throws where LightGBM gives a tree of one leaf that says 0.
            throw new TrainingRefusedException("There is nothing to learn from: no feature tells rows apart that differ in the target.");
        }
        finally
        {
            context.Log -= Stop;
        }

        bool IsLeftOut(MlNetWeight row)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return row.Weight is 0;
        }

        void Stop(object? sender, LoggingEventArgs message)
        {
            // On threads that only shuffle rows nobody waits for an exception.
            if (Environment.CurrentManagedThreadId == thread)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
    }

    /// <summary>Rows from the first to the last at equal distances, for data may be sorted.</summary>
    private static int[] Sample(int rows)
    {
        var count = Math.Min(rows, ComparedRows);
        return [.. Enumerable.Range(0, count).Select(i => (int)((long)i * rows / count))];
    }
}
