using Mlops.Data;
using Mlops.Registry;

namespace Mlops.Training;

/// <summary>A setting of a learner.</summary>
/// <param name="Name">camelCase, as it stands in a training spec.</param>
/// <param name="Default">The value used when the spec does not name it.</param>
/// <param name="Minimum">The least legal value, inclusive.</param>
/// <param name="Maximum">The greatest legal value, inclusive.</param>
/// <param name="IsInteger">Whether only whole numbers are legal.</param>
/// <param name="Description">What it does, in a sentence, with its unit.</param>
public sealed record Hyperparameter(string Name, double Default, double Minimum, double Maximum, bool IsInteger, string Description);

/// <summary>What to learn from: features, and for every row the target.</summary>
/// <param name="Features">The feature columns, missing values and all; the learner does its own preprocessing.</param>
/// <param name="Target">The class index (into <see cref="ModelSignature.Classes"/>) or the value of each row; never NaN.</param>
/// <param name="Signature">Features in the frame's order, target, task and classes.</param>
public sealed record TrainingData(DataFrame Features, double[] Target, ModelSignature Signature);

/// <summary>How far a training has come.</summary>
/// <param name="Completed">Rounds or iterations done.</param>
/// <param name="Total">The most there will be; early stopping may end before.</param>
/// <param name="Loss">The training loss, or the validation loss where there is one.</param>
public sealed record TrainingProgress(int Completed, int Total, double Loss);

/// <summary>How to train.</summary>
/// <param name="Hyperparameters">A value for every hyperparameter that the learner declares.</param>
/// <param name="Seed">All chance comes from it: equal data, settings and seed give equal models, byte for byte, on any thread
/// count.</param>
/// <param name="Threads">At most this many threads, at least 1.</param>
public sealed record TrainingOptions(
    IReadOnlyDictionary<string, double> Hyperparameters, int Seed, int Threads, Action<TrainingProgress>? Progress = null);

/// <summary>A way of learning a model from a table, preprocessing included.</summary>
/// <remarks>Implementations hold no state between calls and may be called concurrently.</remarks>
public interface ILearner
{
    /// <summary>The name in a training spec, kebab-case: <c>gradient-boosting</c>.</summary>
    string Name { get; }

    IReadOnlyList<TaskType> Tasks { get; }

    IReadOnlyList<Hyperparameter> Hyperparameters { get; }

    /// <exception cref="TrainingRefusedException">The data cannot be learned from; the message says why.</exception>
    ITrainedModel Train(TrainingData data, TrainingOptions options, CancellationToken cancellationToken);
}

/// <summary>What training gave: a model in memory that can become an ONNX graph.</summary>
public interface ITrainedModel
{
    /// <summary>The share of each feature in what the model learned, by feature name, summing to 1 (0 if it learned nothing).</summary>
    IReadOnlyDictionary<string, double> Importance { get; }

    /// <summary>What the learner has to say of the training: rounds used, iterations, final loss.</summary>
    IReadOnlyDictionary<string, double> Facts { get; }

    /// <summary>
    /// The learner's own predictions, row-major [rows, <see cref="ModelSignature.OutputWidth"/>]: probabilities or values.
    /// </summary>
    double[] Predict(DataFrame features);

    /// <summary>
    /// The model as an ONNX graph with the preprocessing inside and inputs and outputs as <see cref="ModelSignature"/> has them.
    /// </summary>
    /// <remarks>The same model gives the same bytes.</remarks>
    byte[] ToOnnx();
}

/// <summary>The data cannot be learned from: a constant target, no usable feature. The message is for the person who asked.</summary>
public sealed class TrainingRefusedException(string message) : Exception(message);
