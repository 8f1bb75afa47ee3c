using Mlops.Data;

namespace Mlops.Registry;

/// <summary>What a model predicts.</summary>
/// <remarks><see cref="Tensors"/> is of models made elsewhere that are not about the columns of a table: their signature has
/// <see cref="ModelSignature.Tensors"/> and neither features, target nor classes. Nothing is trained as that.</remarks>
public enum TaskType { Binary, Multiclass, Regression, Tensors }

/// <summary>What a model takes and gives: the contract that validation, serving and drift checks all read.</summary>
/// <remarks>
/// Clients send features by name. In the graph they travel in at most two tensors: <see cref="NumericInput"/>, float [rows, k],
/// holds the numeric features in signature order (NaN where missing), and <see cref="StringInput"/>, string [rows, m], the others
/// (empty where missing). A classifier gives <see cref="LabelOutput"/>, string [rows], and <see cref="ProbabilitiesOutput"/>, float
/// [rows, classes] in the order of <see cref="Classes"/>; a regressor <see cref="PredictionOutput"/>, float [rows, 1].
/// </remarks>
/// <param name="Features">The features in the order the graph has them; names are unique.</param>
/// <param name="Target">The name of the column it learned to predict.</param>
/// <param name="Classes">The class labels, sorted ordinally (numerically if all are integers), the positive one last; empty for
/// regression.</param>
/// <param name="DecisionThreshold">Of two classes: the probability of the positive one from which on it is the label; absent: the more
/// probable class is.</param>
/// <param name="Tensors">What the graph takes and gives, if it is not about the columns of a table; then there are no features.</param>
public sealed record ModelSignature(
    IReadOnlyList<ColumnSchema> Features,
    string Target,
    TaskType Task,
    IReadOnlyList<string> Classes,
    double? DecisionThreshold = null,
    TensorSignature? Tensors = null)
{
    public const string NumericInput = "numeric";
    public const string StringInput = "strings";
    public const string LabelOutput = "label";
    public const string ProbabilitiesOutput = "probabilities";
    public const string PredictionOutput = "prediction";

    /// <summary>The signature of a model that takes tensors.</summary>
    public static ModelSignature Of(TensorSignature tensors) => new([], "", TaskType.Tensors, [], Tensors: tensors);

    /// <summary>How many numbers a prediction has: one per class, or one; 0 of a model that takes tensors.</summary>
    public int OutputWidth => Task is TaskType.Regression ? 1 : Classes.Count;

    /// <summary>The index of the class that a classifier's probabilities decide for: the most probable, the first of equals, or the
    /// positive one from the decision threshold on.</summary>
    /// <param name="probabilities">One for each class.</param>
    public int Decide(ReadOnlySpan<float> probabilities)
    {
        if (Task is TaskType.Binary && DecisionThreshold is { } threshold)
        {
            return probabilities[1] >= (float)threshold ? 1 : 0;
        }

        var best = 0;
        for (var k = 1; k < probabilities.Length; k++)
        {
            best = probabilities[k] > probabilities[best] ? k : best;
        }

        return best;
    }
}
