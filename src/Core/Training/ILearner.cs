using Mlops.Data;
using Mlops.Registry;

namespace Mlops.Training;

/// <summary>What to learn from: features, and for every row the target.</summary>
/// <param name="Features">The feature columns, missing values and all; the learner does its own preprocessing.</param>
/// <param name="Target">The class index (into <see cref="ModelSignature.Classes"/>) or the value of each row; never NaN.</param>
/// <param name="Signature">Features in the frame's order, target, task and classes.</param>
/// <param name="Weights">How much each row counts, finite and not negative; null if all count alike. Class weights are in it.</param>
public sealed record TrainingData(DataFrame Features, double[] Target, ModelSignature Signature, double[]? Weights = null);

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
/// <param name="Progress">Called on the training thread after every round or iteration. What it throws ends the training: so a
/// pruner stops a trial.</param>
/// <param name="Preprocessing">How single columns are prepared, by feature name, where not as the learner would.</param>
/// <param name="Monotone">By feature name: 1 where the prediction may only rise with the feature, −1 where it may only fall. A
/// learner that cannot promise it refuses.</param>
/// <param name="Validation">Rows that are not learned from: where given, early stopping and the reported loss use them.</param>
/// <param name="HeldOut">Rows on which an export that others convert must predict as the model does, or there is none; nothing is learned
/// from them.</param>
public sealed record TrainingOptions(
    IReadOnlyDictionary<string, HyperparameterValue> Hyperparameters,
    int Seed,
    int Threads,
    Action<TrainingProgress>? Progress = null,
    IReadOnlyDictionary<string, ColumnPreprocessing>? Preprocessing = null,
    IReadOnlyDictionary<string, int>? Monotone = null,
    TrainingData? Validation = null,
    DataFrame? HeldOut = null);

/// <summary>A way of learning a model from a table, preprocessing included.</summary>
/// <remarks>Implementations hold no state between calls and may be called concurrently.</remarks>
public interface ILearner
{
    /// <summary>The name in a training spec, kebab-case: <c>gradient-boosting</c>.</summary>
    string Name { get; }

    IReadOnlyList<TaskType> Tasks { get; }

    IReadOnlyList<Hyperparameter> Hyperparameters { get; }

    /// <summary>Why it cannot be used on this machine; null if it can.</summary>
    string? Unavailable => null;

    /// <summary>Whether its models can be held to <see cref="TrainingOptions.Monotone"/>; for two classes and for quantities, not for more
    /// classes.</summary>
    bool CanBeMonotone => false;

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

    /// <summary>The probability of the positive class from which on it is predicted; null for the most probable class.</summary>
    double? DecisionThreshold => null;

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
