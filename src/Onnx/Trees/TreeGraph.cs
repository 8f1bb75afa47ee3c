namespace Mlops.Onnx;

/// <summary>What becomes of a sum of trees on its way out.</summary>
internal enum TreeEnding
{
    /// <summary>Nothing more than the operator itself does.</summary>
    None,

    /// <summary>One sum, the probability of the second of two classes, gets that of the first before it: 1 − sum.</summary>
    Complement,

    /// <summary>One sum, the log odds of the second of two classes, becomes two probabilities: sigmoid(−sum) and sigmoid(sum).</summary>
    Sigmoids,
}

/// <summary>A graph whose output is one operator's sum of trees over the numeric input, and an ending.</summary>
/// <remarks>
/// Only the operators and how they hang together are read here. Constants between them are taken to be what our learners write;
/// <see cref="TreeTrial"/> finds out.
/// </remarks>
/// <param name="Attributes">The operator's.</param>
internal sealed record TreeGraph(NodeAttributes Attributes, bool IsClassifier, TreeEnding Ending)
{
    private const string Classifier = $"{GraphWriter.LearningDomain}:TreeEnsembleClassifier";
    private const string Regressor = $"{GraphWriter.LearningDomain}:TreeEnsembleRegressor";
    private const string ZipMap = $"{GraphWriter.LearningDomain}:ZipMap";

    /// <returns>Null if more or something else lies between the input and the output.</returns>
    public static TreeGraph? Read(ReadOnlySpan<byte> model, string input, string output)
    {
        var makers = new Dictionary<string, GraphNode>(StringComparer.Ordinal);
        foreach (var node in GraphNode.ReadAll(model))
        {
            foreach (var name in node.Outputs)
            {
                makers[name] = node;
            }
        }

        var (ending, value) = Ended(makers, SkipCopies(makers, output));
        return makers.GetValueOrDefault(SkipCopies(makers, value)) is
        { Operator: Classifier or Regressor, Attributes: { HasTensors: false } trees } sum
            && sum.Inputs is [var from] && SkipCopies(makers, from) == input
            && (sum.Operator is Regressor || (ending is TreeEnding.None && sum.Outputs is [_, var scores] && scores == value))
            ? new TreeGraph(trees, sum.Operator is Classifier, ending)
            : null;
    }

    /// <summary>The ending that gives a value, and what it is put to.</summary>
    private static (TreeEnding Ending, string Value) Ended(Dictionary<string, GraphNode> makers, string value) =>
        makers.GetValueOrDefault(value) switch
        {
            { Operator: "Concat", Inputs: [var other, var sum] }
                when makers.GetValueOrDefault(other) is { Operator: "Sub", Inputs: [_, var same] } && same == sum
                => (TreeEnding.Complement, sum),
            { Operator: "Sigmoid", Inputs: [var signed] }
                when makers.GetValueOrDefault(signed) is { Operator: "Mul", Inputs: [var sum, _] }
                => (TreeEnding.Sigmoids, sum),
            _ => (TreeEnding.None, value),
        };

    /// <summary>The value that one is a copy of. ZipMap only labels what it is given.</summary>
    private static string SkipCopies(Dictionary<string, GraphNode> makers, string value)
    {
        for (var copies = 0; copies < makers.Count; copies++)
        {
            if (makers.GetValueOrDefault(value) is not { Operator: "Identity" or ZipMap, Inputs: [var source] })
            {
                break;
            }

            value = source;
        }

        return value;
    }
}
