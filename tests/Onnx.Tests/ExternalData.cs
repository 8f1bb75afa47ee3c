namespace Mlops.Onnx;

/// <summary>Models that say their tensors lie in files: the writer cannot make them, so their fields are written one by one.</summary>
internal static class ExternalData
{
    /// <summary>The model with one more graph field, whose initializer lies in a file (protobuf merges repeated messages).</summary>
    public static byte[] Declare(byte[] model) => [.. model, .. Graph(Tensor)];

    /// <summary>A model whose only external tensor lies <paramref name="depth"/> graphs deep in node attributes.</summary>
    public static byte[] DeclareInBranch(int depth)
    {
        var model = new ProtobufWriter();
        model.Integer(OnnxFields.Model.IrVersion, 8);
        return [.. model.ToArray(), .. Graph(graph => Branch(graph, depth))];
    }

    private static byte[] Graph(Action<ProtobufWriter> write)
    {
        var model = new ProtobufWriter();
        model.Message(OnnxFields.Model.Graph, write);
        return model.ToArray();
    }

    private static void Branch(ProtobufWriter graph, int depth)
    {
        if (depth == 0)
        {
            Tensor(graph);
            return;
        }

        graph.Message(OnnxFields.Graph.Node, node => node.Message(OnnxFields.Node.Attribute, attribute =>
            attribute.Message(OnnxFields.Attribute.Graph, inner => Branch(inner, depth - 1))));
    }

    private static void Tensor(ProtobufWriter graph) => graph.Message(OnnxFields.Graph.Initializer, tensor =>
    {
        tensor.Integer(OnnxFields.Tensor.Dimension, 1);
        tensor.Text(OnnxFields.Tensor.Name, "secret");
        tensor.Message(OnnxFields.Tensor.ExternalData, entry =>
        {
            entry.Text(OnnxFields.Entry.Key, "location");
            entry.Text(OnnxFields.Entry.Value, "../../etc/passwd");
        });
        tensor.Integer(OnnxFields.Tensor.DataLocation, 1);
    });
}
