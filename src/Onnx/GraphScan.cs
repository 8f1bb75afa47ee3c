using Mlops.Serving;
using static Mlops.Onnx.OnnxFields;

namespace Mlops.Onnx;

/// <summary>One reading of a model's bytes; collects what <see cref="OnnxGraphInfo"/> tells.</summary>
internal sealed class GraphScan
{
    /// <summary>Graphs within graphs and types within types; real models have two or three.</summary>
    private const int MaximumDepth = 32;

    /// <summary>How many elements sparse constants may have together once they are written out, which the runtime does.</summary>
    private const long MaximumSparseElements = 64L * 1024 * 1024;

    private readonly Dictionary<string, long> _opsets = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _metadata = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _operators = new(StringComparer.Ordinal);
    private readonly HashSet<string> _valued = new(StringComparer.Ordinal);
    private readonly List<GraphPort> _inputs = [];
    private readonly List<GraphPort> _outputs = [];
    private readonly SortedSet<string> _functions = new(StringComparer.Ordinal);
    private readonly LabelPaths _labels = new();
    private string _graphName = string.Empty;
    private bool _hasGraph;
    private bool _hasExternalData;
    private long _sparseElements;

    public OnnxGraphInfo Read(ReadOnlySpan<byte> bytes)
    {
        var (irVersion, producer, producerVersion, documentation) = (0L, string.Empty, string.Empty, string.Empty);
        var model = new ProtobufReader(bytes);
        while (model.Next())
        {
            switch (model.Field)
            {
                case Model.IrVersion:
                    irVersion = model.Integer;
                    break;
                case Model.ProducerName:
                    producer = model.Text;
                    break;
                case Model.ProducerVersion:
                    producerVersion = model.Text;
                    break;
                case Model.Documentation:
                    documentation = model.Text;
                    break;
                case Model.Graph:
                    _hasGraph = true;
                    ReadGraph(model.Message, depth: 0);
                    break;
                case Model.OpsetImport:
                    ReadOpset(model.Message);
                    break;
                case Model.Metadata:
                    ReadEntry(model.Message);
                    break;
                case Model.Function:
                    ReadFunction(model.Message);
                    break;
                case Model.Training:
                    ReadTraining(model.Message);
                    break;
            }
        }

        if (!_hasGraph || irVersion < 1)
        {
            throw new InvalidDataException("It has no graph or no IR version.");
        }

        return new OnnxGraphInfo(
            irVersion,
            producer,
            producerVersion,
            documentation,
            _graphName,
            _opsets,
            [.. _inputs.Where(input => !_valued.Contains(input.Name))],
            _outputs,
            _metadata,
            [.. _operators],
            _hasExternalData,
            _outputs.Select(output => _labels.Find(output.Name)).FirstOrDefault(labels => labels is not null),
            [.. _functions],
            LabelsOfMaps());
    }

    private Dictionary<string, IReadOnlyList<string>> LabelsOfMaps()
    {
        var found = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        foreach (var output in _outputs.Where(output => output.Kind is PortKind.SequenceOfMaps))
        {
            if (_labels.Find(output.Name) is { } labels)
            {
                found[output.Name] = labels;
            }
        }

        return found;
    }

    private void ReadOpset(ProtobufReader opset)
    {
        var (domain, version) = (string.Empty, 0L);
        while (opset.Next())
        {
            switch (opset.Field)
            {
                case Opset.Domain:
                    domain = opset.Text;
                    break;
                case Opset.Version:
                    version = opset.Integer;
                    break;
            }
        }

        _opsets[domain is "ai.onnx" ? string.Empty : domain] = version;
    }

    private void ReadEntry(ProtobufReader entry)
    {
        var (key, value) = (string.Empty, string.Empty);
        while (entry.Next())
        {
            switch (entry.Field)
            {
                case Entry.Key:
                    key = entry.Text;
                    break;
                case Entry.Value:
                    value = entry.Text;
                    break;
            }
        }

        _metadata[key] = value;
    }

    private void ReadFunction(ProtobufReader function)
    {
        var (name, domain) = (string.Empty, string.Empty);
        while (function.Next())
        {
            switch (function.Field)
            {
                case Function.Name:
                    name = function.Text;
                    break;
                case Function.Domain:
                    domain = function.Text;
                    break;
                case Function.Node:
                    ReadNode(function.Message, depth: 1);
                    break;
                case Function.Attribute:
                    ReadAttribute(function.Message, depth: 1, new NodeLabels());
                    break;
            }
        }

        _functions.Add(GraphNode.Qualified(domain, name));
    }

    private void ReadTraining(ProtobufReader training)
    {
        while (training.Next())
        {
            if (training.Field is TrainingInfo.Initialization or TrainingInfo.Algorithm)
            {
                ReadGraph(training.Message, depth: 1);
            }
        }
    }

    private void ReadGraph(ProtobufReader graph, int depth)
    {
        if (depth > MaximumDepth)
        {
            throw new InvalidDataException($"Graphs lie more than {MaximumDepth} deep in one another.");
        }

        while (graph.Next())
        {
            switch (graph.Field)
            {
                case Graph.Node:
                    ReadNode(graph.Message, depth);
                    break;
                case Graph.Name when depth == 0:
                    _graphName = graph.Text;
                    break;
                case Graph.Initializer:
                    ReadTensor(graph.Message, depth);
                    break;
                case Graph.SparseInitializer:
                    ReadSparseTensor(graph.Message, depth);
                    break;
                case Graph.Input when depth == 0:
                    _inputs.Add(PortReader.Read(graph.Message));
                    break;
                case Graph.Output when depth == 0:
                    _outputs.Add(PortReader.Read(graph.Message));
                    break;
            }
        }
    }

    private void ReadNode(ProtobufReader node, int depth)
    {
        var whole = node;
        var (operatorName, domain, input, output) = (string.Empty, string.Empty, (string?)null, (string?)null);
        var labels = new NodeLabels();
        while (node.Next())
        {
            switch (node.Field)
            {
                case Node.Input:
                    input ??= node.Text;
                    break;
                case Node.Output:
                    output ??= node.Text;
                    break;
                case Node.Operator:
                    operatorName = node.Text;
                    break;
                case Node.Domain:
                    domain = node.Text;
                    break;
                case Node.Attribute:
                    ReadAttribute(node.Message, depth, labels);
                    break;
            }
        }

        var qualified = GraphNode.Qualified(domain, operatorName);
        _operators.Add(qualified);
        if (TreeDepth.IsTreeOperator(qualified))
        {
            TreeDepth.Require(NodeAttributes.Of(whole));
        }

        if (depth == 0 && output is not null)
        {
            _labels.AddNode(operatorName, input ?? string.Empty, output, labels);
        }
    }

    private void ReadAttribute(ProtobufReader attribute, int depth, NodeLabels labels)
    {
        var name = string.Empty;
        List<long> integers = [];
        while (attribute.Next())
        {
            switch (attribute.Field)
            {
                case OnnxFields.Attribute.Name:
                    name = attribute.Text;
                    break;
                case OnnxFields.Attribute.Tensor or OnnxFields.Attribute.Tensors:
                    ReadTensor(attribute.Message, depth + 1);
                    break;
                case OnnxFields.Attribute.SparseTensor or OnnxFields.Attribute.SparseTensors:
                    ReadSparseTensor(attribute.Message, depth + 1);
                    break;
                case OnnxFields.Attribute.Graph or OnnxFields.Attribute.Graphs:
                    ReadGraph(attribute.Message, depth + 1);
                    break;
                case OnnxFields.Attribute.Texts when NodeLabels.Holds(name):
                    labels.Add(name, [attribute.Text]);
                    break;
                case OnnxFields.Attribute.Integers when NodeLabels.Holds(name):
                    attribute.AddIntegers(integers);
                    break;
            }
        }

        if (integers.Count > 0)
        {
            labels.Add(name, integers);
        }
    }

    private TensorClaim ReadTensor(ProtobufReader tensor, int depth)
    {
        var claim = TensorClaim.Read(tensor);
        _hasExternalData |= claim.IsExternal;
        if (depth == 0)
        {
            _valued.Add(claim.Name);
            if (claim.Labels is { } labels)
            {
                _labels.AddConstant(claim.Name, labels);
            }
        }

        return claim;
    }

    private void ReadSparseTensor(ProtobufReader sparse, int depth)
    {
        List<long> shape = [];
        var name = string.Empty;
        while (sparse.Next())
        {
            switch (sparse.Field)
            {
                case SparseTensor.Values:
                    name = ReadTensor(sparse.Message, depth).Name;
                    break;
                case SparseTensor.Indices:
                    ReadTensor(sparse.Message, depth);
                    break;
                case SparseTensor.Dimension:
                    sparse.AddIntegers(shape);
                    break;
            }
        }

        var elements = TensorClaim.Elements(shape, name);
        _sparseElements += Math.Min(elements, MaximumSparseElements + 1);
        if (_sparseElements > MaximumSparseElements)
        {
            throw new ModelLoadException(
                $"The sparse constants, among them '{name}' with {elements} elements, have more than {MaximumSparseElements} elements.");
        }
    }
}
