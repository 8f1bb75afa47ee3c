using Mlops.Serving;
using static Mlops.Onnx.OnnxFields;

namespace Mlops.Onnx;

/// <summary>Another model inside the graph that is being written.</summary>
public sealed partial class GraphWriter
{
    /// <summary>Operators whose inputs or settings changed in this version of the default domain, so that older nodes mean something else.</summary>
    /// <remarks>Source: https://github.com/onnx/onnx/blob/v1.12.0/docs/Changelog.md. Softmax changed too, but not for matrices.</remarks>
    private static readonly Dictionary<string, int> ChangedIn = new(StringComparer.Ordinal)
    {
        ["Slice"] = 10,
        ["TopK"] = 11,
        ["Clip"] = 11,
        ["Pad"] = 11,
        ["Resize"] = 11,
        ["Dropout"] = 12,
        ["Squeeze"] = 13,
        ["Unsqueeze"] = 13,
        ["Split"] = 13,
        ["ReduceSum"] = 13,
        ["BatchNormalization"] = 14,
    };

    private readonly List<byte[]> _embeddedTensors = [];

    /// <summary>Takes over the nodes and constants of a model whose inputs are values of this graph.</summary>
    /// <param name="inputs">A value for each of the model's inputs, by the name that the model has for it.</param>
    /// <param name="outputs">The names of the model's outputs that are wanted.</param>
    /// <returns>The wanted outputs, in the order in which they were asked for.</returns>
    /// <exception cref="ModelLoadException">
    /// The bytes are not a model, it lacks an output, needs an input that is not given, or holds what cannot be taken over: graphs
    /// within graphs, operators of other domains or of versions in which they meant something else.
    /// </exception>
    public GraphValue[] Embed(ReadOnlySpan<byte> model, IReadOnlyDictionary<string, GraphValue> inputs, params ReadOnlySpan<string> outputs)
    {
        var info = OnnxGraphInfo.Read(model);
        RequireEmbeddable(info);
        var names = new Dictionary<string, string>(StringComparer.Ordinal) { [""] = "" };
        foreach (var input in info.Inputs)
        {
            names.Add(input.Name, inputs.TryGetValue(input.Name, out var value)
                ? Known(value)
                : throw new ModelLoadException($"The embedded model needs the input '{input.Name}'."));
        }

        try
        {
            var fields = new ProtobufReader(model);
            while (fields.Next())
            {
                if (fields.Field is Model.Graph)
                {
                    EmbedGraph(fields.Message, names);
                }
            }
        }
        catch (InvalidDataException malformed)
        {
            throw new ModelLoadException($"These bytes are not an ONNX model: {malformed.Message}", malformed);
        }

        var values = new GraphValue[outputs.Length];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = names.TryGetValue(outputs[i], out var name)
                ? new GraphValue(name)
                : throw new ModelLoadException($"The embedded model has no output '{outputs[i]}'.");
        }

        return values;
    }

    private static void RequireEmbeddable(OnnxGraphInfo info)
    {
        var version = info.Opsets.GetValueOrDefault("", 1);
        foreach (var (domain, newest) in info.Opsets.Where(opset => opset.Key is "" or LearningDomain))
        {
            if (newest > (domain is "" ? Opset : LearningOpset))
            {
                throw new ModelLoadException($"The embedded model needs version {newest} of the operators of '{domain}'.");
            }
        }

        foreach (var name in info.Operators)
        {
            if (name.Contains(':', StringComparison.Ordinal) && !name.StartsWith($"{LearningDomain}:", StringComparison.Ordinal))
            {
                throw new ModelLoadException($"The embedded model uses the operator {name}, which is of neither known domain.");
            }

            if (ChangedIn.TryGetValue(name, out var changed) && version < changed)
            {
                throw new ModelLoadException($"The embedded model uses {name} of version {version}, which changed in version {changed}.");
            }

            if (name is $"{LearningDomain}:LabelEncoder" && info.Opsets.GetValueOrDefault(LearningDomain, 1) < 2)
            {
                throw new ModelLoadException("The embedded model uses LabelEncoder of version 1, which changed in version 2.");
            }
        }
    }

    private void EmbedGraph(ProtobufReader graph, Dictionary<string, string> names)
    {
        // Constants first: nodes refer to them.
        var constants = graph;
        while (constants.Next())
        {
            if (constants.Field is Graph.SparseInitializer)
            {
                throw new ModelLoadException("The embedded model has sparse constants.");
            }

            if (constants.Field is Graph.Initializer)
            {
                EmbedTensor(constants.Bytes, names);
            }
        }

        while (graph.Next())
        {
            if (graph.Field is Graph.Node)
            {
                EmbedNode(graph.Message, names);
            }
        }
    }

    private void EmbedTensor(ReadOnlySpan<byte> tensor, Dictionary<string, string> names)
    {
        var old = "";
        var fields = new ProtobufReader(tensor);
        while (fields.Next())
        {
            old = fields.Field is Tensor.Name ? fields.Text : old;
            if (fields.Field is Tensor.ExternalData)
            {
                throw new ModelLoadException("The embedded model has tensors in files beside it.");
            }
        }

        // Of a field that is given twice the later holds.
        var renamed = new ProtobufWriter();
        renamed.Text(Tensor.Name, names[old] = NewValue("embedded").Name);
        _embeddedTensors.Add([.. tensor, .. renamed.ToArray()]);
    }

    private void EmbedNode(ProtobufReader node, Dictionary<string, string> names)
    {
        var (operatorName, domain) = ("", "");
        var (inputs, outputs, settings) = (new List<string>(), new List<string>(), new List<NodeSetting>());
        while (node.Next())
        {
            switch (node.Field)
            {
                case OnnxFields.Node.Input:
                    inputs.Add(names.TryGetValue(node.Text, out var known)
                        ? known
                        : throw new ModelLoadException($"The embedded model uses the value '{node.Text}' before it has it."));
                    break;
                case OnnxFields.Node.Output:
                    outputs.Add(node.Text);
                    break;
                case OnnxFields.Node.Operator:
                    operatorName = node.Text;
                    break;
                case OnnxFields.Node.Domain:
                    domain = node.Text;
                    break;
                case OnnxFields.Node.Attribute:
                    settings.Add(EmbedSetting(node.Bytes));
                    break;
            }
        }

        foreach (var output in outputs.Where(output => output.Length > 0))
        {
            names[output] = NewValue(operatorName).Name;
        }

        _nodes.Add(new NodeEntry(
            operatorName, domain, [.. inputs], [.. outputs.Select(output => names[output])], [.. settings]));
    }

    private static NodeSetting EmbedSetting(ReadOnlySpan<byte> encoded)
    {
        var name = "";
        var fields = new ProtobufReader(encoded);
        while (fields.Next())
        {
            name = fields.Field is OnnxFields.Attribute.Name ? fields.Text : name;
            if (fields.Field is OnnxFields.Attribute.Graph or OnnxFields.Attribute.Graphs)
            {
                throw new ModelLoadException("The embedded model has graphs within its graph.");
            }
        }

        return NodeSetting.Of(name, encoded);
    }
}
