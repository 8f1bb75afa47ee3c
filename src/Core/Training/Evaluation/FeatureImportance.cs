using Mlops.Explanations;

namespace Mlops.Training;

/// <summary>What a model's features are worth on rows that taught nothing.</summary>
/// <param name="Metric">The headline metric, whose worsening is measured.</param>
/// <param name="Rows">How many held-out rows were dealt out anew.</param>
/// <param name="Repeats">How often, for each feature.</param>
/// <param name="Permuted">How much worse the metric gets without each feature, positive always meaning worse; the worst first. Of more
/// than <see cref="HeldOutImportance.MostFeatures"/> features those in which training found the most.</param>
/// <param name="Attributed">Absent where attributions cannot be computed exactly, or at too great a cost.</param>
public sealed record FeatureImportance(
    string Metric, int Rows, int Repeats, IReadOnlyList<PermutedFeature> Permuted, MeanAttributions? Attributed = null);

/// <summary>How much features move the model's outputs, whether for better or worse.</summary>
/// <param name="Method">An exact one.</param>
/// <param name="Scale">The unit of the figures.</param>
/// <param name="Rows">How many held-out rows were explained.</param>
/// <param name="Features">By feature the mean over rows of |attribution|, of several outputs their sum; the greatest, at most
/// <see cref="HeldOutImportance.MostFeatures"/>.</param>
public sealed record MeanAttributions(
    ExplanationMethod Method, ExplanationScale Scale, int Rows, IReadOnlyDictionary<string, double> Features);
