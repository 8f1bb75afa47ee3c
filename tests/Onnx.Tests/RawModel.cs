namespace Mlops.Onnx;

/// <summary>Models written field by field: what other tools may write and our own writer does not.</summary>
internal static class RawModel
{
    public static byte[] Of(
        Action<ProtobufWriter> graph, long opset = 17, long learningOpset = 3, string? otherDomain = null, Action<ProtobufWriter>? more = null)
    {
        var model = new ProtobufWriter();
        model.Integer(OnnxFields.Model.IrVersion, 8);
        model.Message(OnnxFields.Model.Graph, graph);
        Opset(model, "", opset);
        Opset(model, GraphWriter.LearningDomain, learningOpset);
        if (otherDomain is not null)
        {
            Opset(model, otherDomain, 1);
        }

        more?.Invoke(model);
        return model.ToArray();
    }

    /// <summary>One operator from <c>x</c> to <c>y</c>.</summary>
    public static byte[] Unary(string operatorName, ElementType type, long[]? shape, long opset = 17) => Of(
        graph =>
        {
            graph.Node(operatorName, ["x"], ["y"]);
            graph.Port(OnnxFields.Graph.Input, "x", type, shape);
            graph.Port(OnnxFields.Graph.Output, "y", type, shape);
        },
        opset);

    public static void Node(
        this ProtobufWriter graph,
        string operatorName,
        string[] inputs,
        string[] outputs,
        string domain = "",
        params (string Name, Action<ProtobufWriter> Write)[] attributes) => graph.Message(OnnxFields.Graph.Node, node =>
        {
            Array.ForEach(inputs, input => node.Text(OnnxFields.Node.Input, input));
            Array.ForEach(outputs, output => node.Text(OnnxFields.Node.Output, output));
            node.Text(OnnxFields.Node.Operator, operatorName);
            node.Text(OnnxFields.Node.Domain, domain);
            foreach (var (name, write) in attributes)
            {
                node.Message(OnnxFields.Node.Attribute, attribute =>
                {
                    attribute.Text(OnnxFields.Attribute.Name, name);
                    write(attribute);
                });
            }
        });

    /// <summary>Attributes of the kinds that are needed here, with their types: 1 float, 2 integer, 5 graph, 7 integers, 8 texts.</summary>
    public static (string Name, Action<ProtobufWriter> Write) Texts(string name, params string[] values) => (name, attribute =>
    {
        Array.ForEach(values, value => attribute.Text(OnnxFields.Attribute.Texts, value));
        attribute.Integer(OnnxFields.Attribute.Type, 8);
    }
    );

    public static (string Name, Action<ProtobufWriter> Write) Integers(string name, params long[] values) => (name, attribute =>
    {
        Array.ForEach(values, value => attribute.Integer(OnnxFields.Attribute.Integers, value));
        attribute.Integer(OnnxFields.Attribute.Type, 7);
    }
    );

    public static (string Name, Action<ProtobufWriter> Write) Integer(string name, long value) => (name, attribute =>
    {
        attribute.Integer(OnnxFields.Attribute.Integer, value);
        attribute.Integer(OnnxFields.Attribute.Type, 2);
    }
    );

    public static (string Name, Action<ProtobufWriter> Write) Graph(string name, Action<ProtobufWriter> graph) => (name, attribute =>
    {
        attribute.Message(OnnxFields.Attribute.Graph, graph);
        attribute.Integer(OnnxFields.Attribute.Type, 5);
    }
    );

    /// <param name="shape">−1 for a free dimension; null: the graph does not say.</param>
    public static void Port(this ProtobufWriter graph, int field, string name, ElementType type, long[]? shape) =>
        graph.Message(field, port =>
        {
            port.Text(OnnxFields.ValueInfo.Name, name);
            port.Message(OnnxFields.ValueInfo.Type, kind => kind.Message(OnnxFields.Type.Tensor, tensor =>
            {
                tensor.Integer(OnnxFields.Type.ElementType, (long)type);
                if (shape is not null)
                {
                    tensor.Message(OnnxFields.Type.Shape, dimensions => Array.ForEach(shape, length =>
                        dimensions.Message(OnnxFields.Shape.Dimension, dimension =>
                        {
                            if (length >= 0)
                            {
                                dimension.Integer(OnnxFields.Shape.Length, length);
                            }
                        })));
                }
            }));
        });

    /// <summary>An input or output of a kind that is no tensor, by the field of its type.</summary>
    public static void OddPort(this ProtobufWriter graph, int field, string name, int kind) => graph.Message(field, port =>
    {
        port.Text(OnnxFields.ValueInfo.Name, name);
        port.Message(OnnxFields.ValueInfo.Type, type => type.Message(kind, inner => inner.Message(
            OnnxFields.Type.ElementType, element => element.Message(
                OnnxFields.Type.Tensor, tensor => tensor.Integer(OnnxFields.Type.ElementType, (long)ElementType.Float)))));
    });

    public static void Constant(
        this ProtobufWriter graph, string name, ElementType type, long[] shape, byte[]? raw = null, params byte[][] texts) =>
        graph.Message(OnnxFields.Graph.Initializer, tensor => Tensor(tensor, name, type, shape, raw, texts));

    public static void Tensor(ProtobufWriter tensor, string name, ElementType type, long[] shape, byte[]? raw, params byte[][] texts)
    {
        Array.ForEach(shape, length => tensor.Integer(OnnxFields.Tensor.Dimension, length));
        tensor.Integer(OnnxFields.Tensor.ElementType, (long)type);
        Array.ForEach(texts, text => tensor.Bytes(OnnxFields.Tensor.Texts, text));
        tensor.Text(OnnxFields.Tensor.Name, name);
        if (raw is not null)
        {
            tensor.Bytes(OnnxFields.Tensor.RawData, raw);
        }
    }

    private static void Opset(ProtobufWriter model, string domain, long version) => model.Message(OnnxFields.Model.OpsetImport, opset =>
    {
        opset.Text(OnnxFields.Opset.Domain, domain);
        opset.Integer(OnnxFields.Opset.Version, version);
    });
}
