using Mlops.Explanations;
using Mlops.Registry;

namespace Mlops.Api.Serving;

/// <summary>Why a model predicts what it predicts: for every output base value + Σ attributions = value.</summary>
/// <param name="Scale">In which unit: the predicted quantity, a probability, or the score before a sigmoid, softmax or exponential.</param>
/// <param name="BaseValues">By output, what is predicted of a record of which nothing is known.</param>
/// <param name="Explanations">In the order of the records.</param>
public sealed record ExplanationView(
    ModelName Model,
    int Version,
    ExplanationMethod Method,
    ExplanationScale Scale,
    IReadOnlyDictionary<string, double> BaseValues,
    IReadOnlyList<IReadOnlyList<OutputExplanation>> Explanations)
{
    internal static ExplanationView Of(ModelVersion version, IModelExplainer explainer, Attributions found) => new(
        version.Model,
        version.Number,
        explainer.Method,
        explainer.Scale,
        explainer.Outputs.Zip(found.BaseValues).ToDictionary(pair => pair.First, pair => pair.Second, StringComparer.Ordinal),
        [
            .. Enumerable.Range(0, found.Rows).Select(row => explainer.Outputs.Index()
                .Select(output => new OutputExplanation(
                    output.Item,
                    found.Outputs[(row * explainer.Outputs.Count) + output.Index],
                    version.Signature.Features.Zip(found.Of(row, output.Index).ToArray())
                        .ToDictionary(pair => pair.First.Name, pair => pair.Second, StringComparer.Ordinal)))
                .ToList()),
        ]);
}

/// <summary>What each feature adds to one output.</summary>
/// <param name="Output">The target, or a class.</param>
/// <param name="Value">What is predicted, in the unit of the explanation.</param>
/// <param name="Attributions">By feature.</param>
public sealed record OutputExplanation(string Output, double Value, IReadOnlyDictionary<string, double> Attributions);
