using System.Globalization;
using static Mlops.Onnx.OnnxFields;

namespace Mlops.Onnx;

/// <summary>One reading of a model's bytes; collects what <see cref="OnnxGraphInfo"/> tells.</summary>
internal sealed class GraphScan
{
    /// <summary>Graphs within graphs and types within types; real models have two or three.</summary>
    private const int MaximumDepth = 32;

    /// <summary>Operators that hand a classifier's label on to the output.</summary>
    private static readonly HashSet<string> PassThrough = new(StringComparer.Ordinal) { "Identity", "Cast", "Reshape", "Squeeze" };

    private readonly Dictionary<string, long> _opsets = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _metadata = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _operators = new(StringComparer.Ordinal);
    private readonly HashSet<string> _valued = new(StringComparer.Ordinal);
    private readonly List<GraphPort> _inputs = [];
    private readonly List<GraphPort> _outputs = [];
    private readonly Dictionary<string, (string Source, IReadOnlyList<string>? Labels)> _labelPaths = new(StringComparer.Ordinal);
    private string _graphName = string.Empty;
    private bool _hasGraph;
    private bool _hasExternalData;

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
            FindClassLabels());
    }

    private IReadOnlyList<string>? FindClassLabels()
    {
        foreach (var output in _outputs)
        {
            var name = output.Name;
            for (var step = 0; step < MaximumDepth && _labelPaths.TryGetValue(name, out var path); step++)
            {
                if (path.Labels is not null)
                {
                    return path.Labels;
                }

                name = path.Source;
            }
        }

        return null;
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
        while (function.Next())
        {
            if (function.Field is Function.Node)
            {
                ReadNode(function.Message, depth: 1);
            }
            else if (function.Field is Function.Attribute)
            {
                ReadAttribute(function.Message, depth: 1, out _);
            }
        }
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
                    _inputs.Add(ReadPort(graph.Message));
                    break;
                case Graph.Output when depth == 0:
                    _outputs.Add(ReadPort(graph.Message));
                    break;
            }
        }
    }

    private void ReadNode(ProtobufReader node, int depth)
    {
        var (operatorName, domain, input, output) = (string.Empty, string.Empty, (string?)null, (string?)null);
        IReadOnlyList<string>? labels = null;
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
                    ReadAttribute(node.Message, depth, out var found);
                    labels ??= found;
                    break;
            }
        }

        _operators.Add(domain is "" or "ai.onnx" ? operatorName : $"{domain}:{operatorName}");
        if (depth == 0 && output is not null && (labels is not null || PassThrough.Contains(operatorName)))
        {
            _labelPaths[output] = (input ?? string.Empty, labels);
        }
    }

    private void ReadAttribute(ProtobufReader attribute, int depth, out IReadOnlyList<string>? labels)
    {
        var name = string.Empty;
        List<string> texts = [];
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
                case OnnxFields.Attribute.Texts when IsLabels(name):
                    texts.Add(attribute.Text);
                    break;
                case OnnxFields.Attribute.Integers when IsLabels(name):
                    attribute.AddIntegers(integers);
                    break;
            }
        }

        labels = texts.Count > 0 ? texts
            : integers.Count > 0 ? [.. integers.Select(label => label.ToString(CultureInfo.InvariantCulture))]
            : null;
    }

    private static bool IsLabels(string attribute) => attribute is "classlabels_strings" or "classlabels_int64s" or "classlabels_ints";

    private void ReadTensor(ProtobufReader tensor, int depth)
    {
        while (tensor.Next())
        {
            switch (tensor.Field)
            {
                case Tensor.Name when depth == 0:
                    _valued.Add(tensor.Text);
                    break;
                case Tensor.ExternalData:
                    _hasExternalData = true;
                    break;
                case Tensor.DataLocation:
                    _hasExternalData |= tensor.Integer != 0;
                    break;
            }
        }
    }

    private void ReadSparseTensor(ProtobufReader sparse, int depth)
    {
        while (sparse.Next())
        {
            if (sparse.Field is SparseTensor.Values or SparseTensor.Indices)
            {
                ReadTensor(sparse.Message, depth);
            }
        }
    }

    private static GraphPort ReadPort(ProtobufReader value)
    {
        var port = new GraphPort(string.Empty, PortKind.Other, ElementType.Undefined, null);
        while (value.Next())
        {
            if (value.Field is ValueInfo.Name)
            {
                port = port with { Name = value.Text };
            }
            else if (value.Field is ValueInfo.Type)
            {
                port = ReadType(value.Message, port);
            }
        }

        return port;
    }

    private static GraphPort ReadType(ProtobufReader type, GraphPort port)
    {
        while (type.Next())
        {
            if (type.Field is OnnxFields.Type.Tensor)
            {
                port = ReadTensorType(type.Message, port);
            }
            else if (type.Field is OnnxFields.Type.Sequence && FindMapValue(type.Message) is { } element)
            {
                port = port with { Kind = PortKind.SequenceOfMaps, ElementType = element };
            }
        }

        return port;
    }

    private static GraphPort ReadTensorType(ProtobufReader tensor, GraphPort port)
    {
        var (element, shape) = (ElementType.Undefined, (List<Dimension>?)null);
        while (tensor.Next())
        {
            if (tensor.Field is OnnxFields.Type.ElementType)
            {
                element = (ElementType)tensor.Integer;
            }
            else if (tensor.Field is OnnxFields.Type.Shape)
            {
                shape = ReadShape(tensor.Message);
            }
        }

        return port with { Kind = PortKind.Tensor, ElementType = element, Shape = shape };
    }

    private static List<Dimension> ReadShape(ProtobufReader shape)
    {
        List<Dimension> dimensions = [];
        while (shape.Next())
        {
            if (shape.Field is not Shape.Dimension)
            {
                continue;
            }

            var dimension = default(Dimension);
            var read = shape.Message;
            while (read.Next())
            {
                dimension = read.Field switch
                {
                    Shape.Length => Dimension.Of(read.Integer),
                    Shape.Symbol => Dimension.Named(read.Text),
                    _ => dimension,
                };
            }

            dimensions.Add(dimension);
        }

        return dimensions;
    }

    /// <summary>The element type of the maps' values, if a sequence holds maps.</summary>
    private static ElementType? FindMapValue(ProtobufReader sequence)
    {
        var found = (ElementType?)null;
        while (sequence.Next())
        {
            if (sequence.Field is not OnnxFields.Type.ElementType)
            {
                continue;
            }

            var element = sequence.Message;
            while (element.Next())
            {
                if (element.Field is OnnxFields.Type.Map)
                {
                    found = MapValue(element.Message);
                }
            }
        }

        return found;
    }

    private static ElementType MapValue(ProtobufReader map)
    {
        var element = ElementType.Undefined;
        while (map.Next())
        {
            if (map.Field is not OnnxFields.Type.MapValue)
            {
                continue;
            }

            var value = map.Message;
            while (value.Next())
            {
                if (value.Field is OnnxFields.Type.Tensor)
                {
                    element = ReadTensorType(value.Message, new GraphPort(string.Empty, PortKind.Tensor, default, null)).ElementType;
                }
            }
        }

        return element;
    }
}
