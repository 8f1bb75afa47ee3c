namespace Mlops.Onnx;

/// <summary>Finds the one node of a graph that sums trees or weights.</summary>
internal static class AdditivePartReader
{
    /// <param name="preferred">The tensor whose reader is meant where several nodes sum.</param>
    /// <returns>Null if no node, or none in particular, can be explained.</returns>
    public static AdditivePart? Read(ReadOnlySpan<byte> model, string preferred)
    {
        var found = GraphNode.ReadAll(model).Select(Read).OfType<AdditivePart>().ToList();
        var meant = found.Count is 1 ? found : found.FindAll(part => part.Input == preferred);
        return meant is [var only] ? only : null;
    }

    private static AdditivePart? Read(GraphNode node) => node is { Inputs: [var input, ..], Attributes: { HasTensors: false } attributes }
        ? node.Operator switch
        {
            $"{GraphWriter.LearningDomain}:TreeEnsembleRegressor" => TreeEnsembleReader.Read(input, attributes, "target"),
            $"{GraphWriter.LearningDomain}:TreeEnsembleClassifier" => TreeEnsembleReader.Read(input, attributes, "class"),
            $"{GraphWriter.LearningDomain}:LinearRegressor" or $"{GraphWriter.LearningDomain}:LinearClassifier" =>
                ReadLinear(input, attributes),
            _ => null,
        }
        : null;

    private static AdditivePart? ReadLinear(string input, NodeAttributes attributes)
    {
        var weights = attributes.Floats("coefficients");
        var intercepts = attributes.Floats("intercepts");
        if (intercepts.Count is 0 || weights.Count % intercepts.Count is not 0)
        {
            return null;
        }

        return new AdditivePart(
            input,
            intercepts.Count,
            [.. intercepts.Select(value => (double)value)],
            Trees: null,
            [.. weights.Select(value => (double)value)],
            attributes.IsSoftmax);
    }
}
