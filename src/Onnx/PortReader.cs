using static Mlops.Onnx.OnnxFields;

namespace Mlops.Onnx;

/// <summary>Reads what a graph says of one of its inputs or outputs.</summary>
internal static class PortReader
{
    public static GraphPort Read(ProtobufReader value)
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
            else if (type.Field is OnnxFields.Type.Sequence)
            {
                port = FindMapValue(type.Message) is { } element
                    ? port with { Kind = PortKind.SequenceOfMaps, ElementType = element }
                    : port with { Kind = PortKind.Sequence };
            }
            else
            {
                port = port with { Kind = KindOf(type.Field) ?? port.Kind };
            }
        }

        return port;
    }

    private static PortKind? KindOf(int field) => field switch
    {
        OnnxFields.Type.Map => PortKind.Map,
        OnnxFields.Type.Optional => PortKind.Optional,
        OnnxFields.Type.SparseTensor => PortKind.SparseTensor,
        _ => null,
    };

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
