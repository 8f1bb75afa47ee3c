using static Mlops.Onnx.OnnxFields;

namespace Mlops.Onnx;

/// <summary>A node of a graph: what it does, and how it hangs together with others.</summary>
/// <param name="Operator">With its domain before it and a colon, but for the default domain's.</param>
/// <param name="Attributes">Those of the operators of ai.onnx.ml; of others nobody asks for them.</param>
internal sealed record GraphNode(string Operator, IReadOnlyList<string> Inputs, IReadOnlyList<string> Outputs, NodeAttributes? Attributes)
{
    /// <summary>The nodes of a model's graph, without those of graphs inside them.</summary>
    /// <exception cref="InvalidDataException">The model is malformed.</exception>
    public static List<GraphNode> ReadAll(ReadOnlySpan<byte> model)
    {
        var nodes = new List<GraphNode>();
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
                if (graph.Field is Graph.Node)
                {
                    nodes.Add(Read(graph.Message));
                }
            }
        }

        return nodes;
    }

    /// <summary>An operator's name as <see cref="Operator"/> has it.</summary>
    public static string Qualified(string domain, string name) => domain is "" or "ai.onnx" ? name : $"{domain}:{name}";

    private static GraphNode Read(ProtobufReader node)
    {
        var whole = node;
        var (name, domain) = (string.Empty, string.Empty);
        List<string> inputs = [];
        List<string> outputs = [];
        while (node.Next())
        {
            switch (node.Field)
            {
                case Node.Input:
                    inputs.Add(node.Text);
                    break;
                case Node.Output:
                    outputs.Add(node.Text);
                    break;
                case Node.Operator:
                    name = node.Text;
                    break;
                case Node.Domain:
                    domain = node.Text;
                    break;
            }
        }

        return new GraphNode(
            Qualified(domain, name), inputs, outputs, domain is GraphWriter.LearningDomain ? NodeAttributes.Of(whole) : null);
    }
}
