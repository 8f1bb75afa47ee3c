namespace Mlops.Onnx;

/// <summary>The nodes of a graph by what they make.</summary>
internal sealed class GraphMakers
{
    private const string ZipMap = $"{GraphWriter.LearningDomain}:ZipMap";

    private readonly Dictionary<string, GraphNode> _makers = new(StringComparer.Ordinal);

    /// <exception cref="InvalidDataException">The model is malformed.</exception>
    public GraphMakers(ReadOnlySpan<byte> model)
    {
        foreach (var node in GraphNode.ReadAll(model))
        {
            foreach (var name in node.Outputs)
            {
                _makers[name] = node;
            }
        }
    }

    /// <returns>Null if the value comes from outside the graph.</returns>
    public GraphNode? Of(string value) => _makers.GetValueOrDefault(value);

    /// <summary>The value that one is a copy of. ZipMap only labels what it is given.</summary>
    public string SkipCopies(string value)
    {
        for (var copies = 0; copies < _makers.Count; copies++)
        {
            if (Of(value) is not { Operator: "Identity" or ZipMap, Inputs: [var source] })
            {
                break;
            }

            value = source;
        }

        return value;
    }
}
