using static Mlops.Onnx.OnnxFields;

namespace Mlops.Onnx;

/// <summary>Finds the one node of a graph that sums trees or weights.</summary>
internal static class AdditivePartReader
{
    /// <param name="preferred">The tensor whose reader is meant where several nodes sum.</param>
    /// <returns>Null if no node, or none in particular, can be explained.</returns>
    public static AdditivePart? Read(ReadOnlySpan<byte> model, string preferred)
    {
        var found = new List<AdditivePart>();
        var fields = new ProtobufReader(model);
        while (fields.Next())
        {
            if (fields.Field is not Model.Graph)
            {
                continue;
            }

            var graph = fields.Message;
            while (graph.Next())
            {
                if (graph.Field is Graph.Node && ReadNode(graph.Message) is { } part)
                {
                    found.Add(part);
                }
            }
        }

        var meant = found.Count is 1 ? found : found.FindAll(part => part.Input == preferred);
        return meant is [var only] ? only : null;
    }

    private static AdditivePart? ReadNode(ProtobufReader node)
    {
        var (operatorName, domain, input) = ("", "", (string?)null);
        var attributes = new NodeAttributes();
        while (node.Next())
        {
            switch (node.Field)
            {
                case Node.Input:
                    input ??= node.Text;
                    break;
                case Node.Operator:
                    operatorName = node.Text;
                    break;
                case Node.Domain:
                    domain = node.Text;
                    break;
                case Node.Attribute:
                    attributes.Read(node.Message);
                    break;
            }
        }

        if (domain != GraphWriter.LearningDomain || input is null || attributes.HasTensors)
        {
            return null;
        }

        return operatorName switch
        {
            "TreeEnsembleRegressor" => TreeEnsembleReader.Read(input, attributes, "target"),
            "TreeEnsembleClassifier" => TreeEnsembleReader.Read(input, attributes, "class"),
            "LinearRegressor" or "LinearClassifier" => ReadLinear(input, attributes),
            _ => null,
        };
    }

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
