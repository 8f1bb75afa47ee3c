using Mlops.Explanations;

namespace Mlops.Onnx;

/// <summary>The part of a graph whose result is a sum that can be explained exactly: trees, or weights.</summary>
/// <param name="Input">The tensor that it reads, float [rows, columns].</param>
/// <param name="Outputs">How many sums there are.</param>
/// <param name="BaseScores">Added to the sums, one per output.</param>
/// <param name="Trees">Null for a weighted sum.</param>
/// <param name="Weights">Row-major [outputs, columns]; null for trees.</param>
/// <param name="IsSoftmax">Whether the node makes probabilities of the sums by a softmax, to which only differences matter.</param>
internal sealed record AdditivePart(
    string Input, int Outputs, double[] BaseScores, IReadOnlyList<DecisionTree>? Trees, double[]? Weights, bool IsSoftmax);
