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

    /// <summary>Takes over what a model whose inputs are values of this graph needs for its wanted outputs: nodes and constants.</summary>
    /// <param name="inputs">A value for each of the model's inputs, by the name that the model has for it.</param>
    /// <param name="outputs">The names of the model's outputs that are wanted.</param>
    /// <returns>The wanted outputs, in the order in which they were asked for.</returns>
    /// <exception cref="ModelLoadException">
    /// The bytes are not a model, it lacks an output, needs an input that is not given, or what cannot be taken over: graphs
    /// within graphs, operators of other domains or of versions in which they meant something else.
    /// </exception>
    public GraphValue[] Embed(ReadOnlySpan<byte> model, IReadOnlyDictionary<string, GraphValue> inputs, params ReadOnlySpan<string> outputs)
    {
        var info = OnnxGraphInfo.Read(model);
        RequireKnownVersions(info);
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
                    EmbedGraph(fields.Message, names, [.. outputs], info);
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

    private static void RequireKnownVersions(OnnxGraphInfo info)
    {
        foreach (var (domain, newest) in info.Opsets.Where(opset => opset.Key is "" or LearningDomain))
        {
            if (newest > (domain is "" ? Opset : LearningOpset))
            {
                throw new ModelLoadException($"The embedded model needs version {newest} of the operators of '{domain}'.");
            }
        }
    }

    private static void RequireSameMeaning(NodeEntry node, OnnxGraphInfo info)
    {
        var isDefault = node.Domain is "" or "ai.onnx";
        if (!isDefault && node.Domain is not LearningDomain)
        {
            throw new ModelLoadException(
                $"The embedded model uses the operator {node.Domain}:{node.Operator}, which is of neither known domain.");
        }

        var version = info.Opsets.GetValueOrDefault(isDefault ? "" : LearningDomain, 1);
        var changed = isDefault ? ChangedIn.GetValueOrDefault(node.Operator, 1) : node.Operator is "LabelEncoder" ? 2 : 1;
        if (version < changed)
        {
            throw new ModelLoadException(
                $"The embedded model uses {node.Operator} of version {version}, which changed in version {changed}.");
        }
    }

    private void EmbedGraph(ProtobufReader graph, Dictionary<string, string> names, HashSet<string> wanted, OnnxGraphInfo info)
    {
        // Constants before nodes, which refer to them.
        var nodes = Needed(graph, wanted);
        var constants = graph;
        while (constants.Next())
        {
            if (constants.Field is Graph.SparseInitializer)
            {
                throw new ModelLoadException("The embedded model has sparse constants.");
            }

            if (constants.Field is Graph.Initializer)
            {
                EmbedTensor(constants.Bytes, names, wanted);
            }
        }

        foreach (var node in nodes)
        {
            RequireSameMeaning(node, info);
            EmbedNode(node, names);
        }
    }

    /// <summary>The nodes that the wanted values are made by, in order; what these read is wanted then, too.</summary>
    private static List<NodeEntry> Needed(ProtobufReader graph, HashSet<string> wanted)
    {
        var nodes = new List<NodeEntry>();
        while (graph.Next())
        {
            if (graph.Field is Graph.Node)
            {
                nodes.Add(ReadNode(graph.Message));
            }
        }

        // A node stands behind those whose values it reads.
        for (var i = nodes.Count - 1; i >= 0; i--)
        {
            if (wanted.Overlaps(nodes[i].Outputs))
            {
                wanted.UnionWith(nodes[i].Inputs.Where(input => input.Length > 0));
            }
            else
            {
                nodes.RemoveAt(i);
            }
        }

        return nodes;
    }

    private void EmbedTensor(ReadOnlySpan<byte> tensor, Dictionary<string, string> names, HashSet<string> wanted)
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

        if (!wanted.Contains(old))
        {
            return;
        }

        // Of a field that is given twice the later holds.
        var renamed = new ProtobufWriter();
        renamed.Text(Tensor.Name, names[old] = NewValue("embedded").Name);
        _embeddedTensors.Add([.. tensor, .. renamed.ToArray()]);
    }

    private static NodeEntry ReadNode(ProtobufReader node)
    {
        var (operatorName, domain) = ("", "");
        var (inputs, outputs, settings) = (new List<string>(), new List<string>(), new List<NodeSetting>());
        while (node.Next())
        {
            switch (node.Field)
            {
                case OnnxFields.Node.Input:
                    inputs.Add(node.Text);
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

        return new NodeEntry(operatorName, domain, [.. inputs], [.. outputs], [.. settings]);
    }

    /// <summary>Adds a node with the names that values have in this graph.</summary>
    private void EmbedNode(NodeEntry node, Dictionary<string, string> names)
    {
        var inputs = Array.ConvertAll(node.Inputs, input => names.TryGetValue(input, out var known)
            ? known
            : throw new ModelLoadException($"The embedded model uses the value '{input}' before it has it."));
        foreach (var output in node.Outputs.Where(output => output.Length > 0))
        {
            names[output] = NewValue(node.Operator).Name;
        }

        _nodes.Add(node with { Inputs = inputs, Outputs = Array.ConvertAll(node.Outputs, output => names[output]) });
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
