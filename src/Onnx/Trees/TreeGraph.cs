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
/// <see cref="CompiledTrial"/> finds out.
/// </remarks>
/// <param name="Attributes">The operator's.</param>
internal sealed record TreeGraph(NodeAttributes Attributes, bool IsClassifier, TreeEnding Ending)
{
    private const string Classifier = $"{GraphWriter.LearningDomain}:TreeEnsembleClassifier";
    private const string Regressor = $"{GraphWriter.LearningDomain}:TreeEnsembleRegressor";

    /// <returns>Null if more or something else lies between the input and the output.</returns>
    public static TreeGraph? Read(ReadOnlySpan<byte> model, string input, string output)
    {
        var makers = new GraphMakers(model);
        var (ending, value) = Ended(makers, makers.SkipCopies(output));
        return makers.Of(makers.SkipCopies(value)) is
        { Operator: Classifier or Regressor, Attributes: { HasTensors: false } trees } sum
            && sum.Inputs is [var from] && makers.SkipCopies(from) == input
            && (sum.Operator is Regressor || (ending is TreeEnding.None && sum.Outputs is [_, var scores] && scores == value))
            ? new TreeGraph(trees, sum.Operator is Classifier, ending)
            : null;
    }

    /// <summary>The ending that gives a value, and what it is put to.</summary>
    private static (TreeEnding Ending, string Value) Ended(GraphMakers makers, string value) =>
        makers.Of(value) switch
        {
            { Operator: "Concat", Inputs: [var other, var sum] }
                when makers.Of(other) is { Operator: "Sub", Inputs: [_, var same] } && same == sum
                => (TreeEnding.Complement, sum),
            { Operator: "Sigmoid", Inputs: [var signed] }
                when makers.Of(signed) is { Operator: "Mul", Inputs: [var sum, _] }
                => (TreeEnding.Sigmoids, sum),
            _ => (TreeEnding.None, value),
        };
}
