using static Mlops.Onnx.OnnxFields;

namespace Mlops.Onnx;

/// <summary>Builds an ONNX model: declare inputs, add nodes, name outputs, take the bytes.</summary>
/// <remarks>
/// <para>
/// The model is opset 17 with ai.onnx.ml 3, IR version 8. Nodes must be added after the values they read, so the graph is always in
/// topological order. Values that nodes give get names of their own; only inputs and outputs are named by the caller. Equal calls
/// give equal bytes. Operators are extension methods: <see cref="TensorOperators"/>, <see cref="LearningOperators"/> and
/// <see cref="TextOperators"/>; <see cref="Node(string, ReadOnlySpan{GraphValue}, ReadOnlySpan{NodeSetting})"/> adds any other.
/// </para>
/// <para>Not safe for concurrent use.</para>
/// </remarks>
/// <param name="name">The graph's name.</param>
public sealed partial class GraphWriter(string name)
{
    public const int Opset = 17;
    public const int LearningOpset = 3;
    public const int IrVersion = 8;

    /// <summary>The domain of the operators for classical machine learning.</summary>
    public const string LearningDomain = "ai.onnx.ml";

    /// <summary>The domain of ONNX Runtime's own operators; a model names it only if it uses one.</summary>
    public const string RuntimeDomain = "com.microsoft";

    private sealed record NodeEntry(string Operator, string Domain, string[] Inputs, string[] Outputs, NodeSetting[] Attributes);

    private sealed record ValueEntry(string Name, ElementType Type, Dimension[] Shape);

    private readonly List<ValueEntry> _inputs = [];
    private readonly List<ValueEntry> _outputs = [];
    private readonly List<(string Name, TensorData Data)> _constants = [];
    private readonly List<NodeEntry> _nodes = [];
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _published = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, string> _metadata = new(StringComparer.Ordinal);

    public string ProducerName { get; init; } = "mlops-functions";

    public string ProducerVersion { get; init; } = string.Empty;

    /// <summary>What the model is, for a human reader.</summary>
    public string Documentation { get; init; } = string.Empty;

    /// <summary>Free entries of the model, written in ordinal order of their keys.</summary>
    public IDictionary<string, string> Metadata => _metadata;

    /// <exception cref="ArgumentException">The name is empty or taken.</exception>
    public GraphValue Input(string name, ElementType type, params ReadOnlySpan<Dimension> shape)
    {
        Claim(name);
        _inputs.Add(new ValueEntry(name, type, shape.ToArray()));
        return new GraphValue(name);
    }

    public GraphValue Constant(TensorData data)
    {
        var value = NewValue("constant");
        _constants.Add((value.Name, data));
        return value;
    }

    public GraphValue Constant(float[] values, params ReadOnlySpan<long> shape) => Constant(TensorData.Of(values, shape));

    public GraphValue Constant(double[] values, params ReadOnlySpan<long> shape) => Constant(TensorData.Of(values, shape));

    public GraphValue Constant(long[] values, params ReadOnlySpan<long> shape) => Constant(TensorData.Of(values, shape));

    public GraphValue Constant(string[] values, params ReadOnlySpan<long> shape) => Constant(TensorData.Of(values, shape));

    /// <summary>A one-dimensional constant.</summary>
    public GraphValue Vector(params long[] values) => Constant(values, values.Length);

    /// <summary>Adds a node of the default domain that gives one value.</summary>
    public GraphValue Node(string operatorName, ReadOnlySpan<GraphValue> inputs, params ReadOnlySpan<NodeSetting> attributes) =>
        Node(string.Empty, operatorName, 1, inputs, attributes)[0];

    /// <summary>Adds a node that gives <paramref name="outputs"/> values.</summary>
    /// <exception cref="ArgumentException">An input is no value of this graph.</exception>
    public GraphValue[] Node(
        string domain, string operatorName, int outputs, ReadOnlySpan<GraphValue> inputs, params ReadOnlySpan<NodeSetting> attributes)
    {
        var names = new string[inputs.Length];
        for (var i = 0; i < inputs.Length; i++)
        {
            names[i] = Known(inputs[i]);
        }

        var values = new GraphValue[outputs];
        for (var i = 0; i < outputs; i++)
        {
            values[i] = NewValue(operatorName);
        }

        _nodes.Add(new NodeEntry(operatorName, domain, names, [.. values.Select(value => value.Name)], attributes.ToArray()));
        return values;
    }

    /// <summary>Gives a value a name that readers of the graph can look for.</summary>
    /// <returns>The value to go on with: a copy if it is an input, a constant or named already.</returns>
    /// <exception cref="ArgumentException">The name is empty or taken, or the value is none of this graph.</exception>
    public GraphValue Name(GraphValue value, string name)
    {
        var source = Known(value);
        Claim(name);
        if (_nodes.Exists(node => node.Outputs.Contains(source)) && _published.TryAdd(source, name))
        {
            return value;
        }

        var copy = this.Identity(value);
        _published.Add(copy.Name, name);
        return copy;
    }

    /// <summary>Names a value as an output of the model, with the type and shape it has.</summary>
    /// <exception cref="ArgumentException">The name is empty or taken, or the value is none of this graph.</exception>
    public void Output(GraphValue value, string name, ElementType type, params ReadOnlySpan<Dimension> shape)
    {
        // An input, a constant and a value that is an output already keep their names.
        Name(value, name);
        _outputs.Add(new ValueEntry(name, type, shape.ToArray()));
    }

    /// <summary>The model as a serialised ModelProto.</summary>
    /// <exception cref="InvalidOperationException">No output was named.</exception>
    public byte[] ToBytes()
    {
        if (_outputs.Count == 0)
        {
            throw new InvalidOperationException("A graph without outputs computes nothing.");
        }

        var model = new ProtobufWriter();
        model.Integer(Model.IrVersion, IrVersion);
        model.Text(Model.ProducerName, ProducerName);
        model.Text(Model.ProducerVersion, ProducerVersion);
        model.Text(Model.Documentation, Documentation);
        model.Message(Model.Graph, WriteGraph);
        model.Message(Model.OpsetImport, opset => WriteOpset(opset, string.Empty, Opset));
        model.Message(Model.OpsetImport, opset => WriteOpset(opset, LearningDomain, LearningOpset));
        if (_nodes.Exists(node => node.Domain is RuntimeDomain))
        {
            model.Message(Model.OpsetImport, opset => WriteOpset(opset, RuntimeDomain, 1));
        }

        foreach (var (key, value) in _metadata)
        {
            model.Message(Model.Metadata, entry =>
            {
                entry.Text(Entry.Key, key);
                entry.Text(Entry.Value, value);
            });
        }

        return model.ToArray();
    }

    private static void WriteOpset(ProtobufWriter opset, string domain, int version)
    {
        opset.Text(OnnxFields.Opset.Domain, domain);
        opset.Integer(OnnxFields.Opset.Version, version);
    }

    private void WriteGraph(ProtobufWriter graph)
    {
        for (var i = 0; i < _nodes.Count; i++)
        {
            var number = i;
            graph.Message(Graph.Node, node => WriteNode(node, _nodes[number], number));
        }

        graph.Text(Graph.Name, name);
        foreach (var (constant, data) in _constants)
        {
            graph.Bytes(Graph.Initializer, data.Encode(constant));
        }

        foreach (var tensor in _embeddedTensors)
        {
            graph.Bytes(Graph.Initializer, tensor);
        }

        foreach (var input in _inputs)
        {
            graph.Message(Graph.Input, value => WriteValue(value, input));
        }

        foreach (var output in _outputs)
        {
            graph.Message(Graph.Output, value => WriteValue(value, output));
        }
    }

    private void WriteNode(ProtobufWriter writer, NodeEntry node, int number)
    {
        foreach (var input in node.Inputs)
        {
            writer.Text(OnnxFields.Node.Input, Published(input));
        }

        foreach (var output in node.Outputs)
        {
            writer.Text(OnnxFields.Node.Output, Published(output));
        }

        writer.Text(OnnxFields.Node.Name, $"{node.Operator}_{number}");
        writer.Text(OnnxFields.Node.Operator, node.Operator);
        foreach (var attribute in node.Attributes)
        {
            writer.Bytes(OnnxFields.Node.Attribute, attribute.Encoded);
        }

        if (node.Domain.Length > 0)
        {
            writer.Text(OnnxFields.Node.Domain, node.Domain);
        }
    }

    private static void WriteValue(ProtobufWriter writer, ValueEntry entry)
    {
        writer.Text(ValueInfo.Name, entry.Name);
        writer.Message(ValueInfo.Type, type => type.Message(OnnxFields.Type.Tensor, tensor =>
        {
            tensor.Integer(OnnxFields.Type.ElementType, (int)entry.Type);
            tensor.Message(OnnxFields.Type.Shape, shape =>
            {
                foreach (var dimension in entry.Shape)
                {
                    shape.Message(Shape.Dimension, writer => WriteDimension(writer, dimension));
                }
            });
        }));
    }

    private static void WriteDimension(ProtobufWriter writer, Dimension dimension)
    {
        if (dimension.Length is { } length)
        {
            writer.Integer(Shape.Length, length);
        }
        else if (dimension.Symbol is { } symbol)
        {
            writer.Text(Shape.Symbol, symbol);
        }
    }

    private string Published(string value) => _published.GetValueOrDefault(value, value);

    private string Known(GraphValue value) => value.Name.Length == 0 || _known.Contains(value.Name)
        ? value.Name
        : throw new ArgumentException($"'{value.Name}' is no value of this graph.", nameof(value));

    private void Claim(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (!_known.Add(name))
        {
            throw new ArgumentException($"The name '{name}' is taken.", nameof(name));
        }
    }

    private GraphValue NewValue(string stem)
    {
        var number = _constants.Count + _nodes.Count;
        string name;
        do
        {
            name = $"{stem}:{number++}";
        }
        while (!_known.Add(name));

        return new GraphValue(name);
    }
}
