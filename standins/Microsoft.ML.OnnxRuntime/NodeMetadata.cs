using Microsoft.ML.OnnxRuntime.Tensors;

namespace Microsoft.ML.OnnxRuntime;

/// <summary>What an input or output of a model is.</summary>
public class NodeMetadata
{
    private readonly TensorShape? _tensor;
    private readonly SequenceMetadata? _sequence;
    private readonly MapMetadata? _map;

    private NodeMetadata(OnnxValueType type, TensorShape? tensor, SequenceMetadata? sequence, MapMetadata? map) =>
        (OnnxValueType, _tensor, _sequence, _map) = (type, tensor, sequence, map);

    private sealed record TensorShape(TensorElementType Type, int[] Dimensions, string[] Symbols);

    public OnnxValueType OnnxValueType { get; }

    public bool IsTensor => OnnxValueType is OnnxValueType.ONNX_TYPE_TENSOR or OnnxValueType.ONNX_TYPE_SPARSETENSOR;

    public bool IsString => Tensor.Type == TensorElementType.String;

    /// <summary>The lengths; −1 where they differ from run to run.</summary>
    public int[] Dimensions => Tensor.Dimensions;

    /// <summary>The names of dimensions; empty where they have none.</summary>
    public string[] SymbolicDimensions => Tensor.Symbols;

    public TensorElementType ElementDataType => Tensor.Type;

    public Type ElementType => Tensor.Type switch
    {
        TensorElementType.Float => typeof(float),
        TensorElementType.Double => typeof(double),
        TensorElementType.Int64 => typeof(long),
        TensorElementType.Int32 => typeof(int),
        TensorElementType.Int16 => typeof(short),
        TensorElementType.Int8 => typeof(sbyte),
        TensorElementType.UInt64 => typeof(ulong),
        TensorElementType.UInt32 => typeof(uint),
        TensorElementType.UInt16 => typeof(ushort),
        TensorElementType.UInt8 => typeof(byte),
        TensorElementType.Bool => typeof(bool),
        TensorElementType.String => typeof(string),
        var other => throw new OnnxRuntimeException(NativeErrorCode.NotImplemented, $"{other} has no type here."),
    };

    private TensorShape Tensor => _tensor
        ?? throw new OnnxRuntimeException(NativeErrorCode.InvalidArgument, $"The value is {OnnxValueType}, not a tensor.");

    public SequenceMetadata AsSequenceMetadata() => _sequence
        ?? throw new OnnxRuntimeException(NativeErrorCode.InvalidArgument, $"The value is {OnnxValueType}, not a sequence.");

    public MapMetadata AsMapMetadata() => _map
        ?? throw new OnnxRuntimeException(NativeErrorCode.InvalidArgument, $"The value is {OnnxValueType}, not a map.");

    /// <summary>Reads a type and releases it.</summary>
    internal static unsafe NodeMetadata Take(nint typeInfo)
    {
        try
        {
            int type;
            NativeApi.Check(NativeApi.GetOnnxTypeFromTypeInfo(typeInfo, &type));
            return (OnnxValueType)type switch
            {
                OnnxValueType.ONNX_TYPE_TENSOR or OnnxValueType.ONNX_TYPE_SPARSETENSOR =>
                    new NodeMetadata((OnnxValueType)type, ReadTensor(typeInfo), null, null),
                OnnxValueType.ONNX_TYPE_SEQUENCE => new NodeMetadata((OnnxValueType)type, null, ReadSequence(typeInfo), null),
                OnnxValueType.ONNX_TYPE_MAP => new NodeMetadata((OnnxValueType)type, null, null, ReadMap(typeInfo)),
                var other => new NodeMetadata(other, null, null, null),
            };
        }
        finally
        {
            NativeApi.ReleaseTypeInfo(typeInfo);
        }
    }

    private static unsafe TensorShape ReadTensor(nint typeInfo)
    {
        nint info;
        int type;
        nuint rank;
        NativeApi.Check(NativeApi.CastTypeInfoToTensorInfo(typeInfo, &info));
        NativeApi.Check(NativeApi.GetTensorElementType(info, &type));
        NativeApi.Check(NativeApi.GetDimensionsCount(info, &rank));
        var lengths = new long[rank];
        var names = new nint[rank];
        fixed (long* dimensions = lengths)
        fixed (nint* symbols = names)
        {
            NativeApi.Check(NativeApi.GetDimensions(info, dimensions, rank));
            NativeApi.Check(NativeApi.GetSymbolicDimensions(info, (byte**)symbols, rank));
        }

        return new TensorShape(
            (TensorElementType)type,
            Array.ConvertAll(lengths, length => checked((int)length)),
            Array.ConvertAll(names, name => NativeApi.Text((byte*)name)));
    }

    private static unsafe SequenceMetadata ReadSequence(nint typeInfo)
    {
        nint info, element;
        NativeApi.Check(NativeApi.CastTypeInfoToSequenceTypeInfo(typeInfo, &info));
        NativeApi.Check(NativeApi.GetSequenceElementType(info, &element));
        return new SequenceMetadata(Take(element));
    }

    private static unsafe MapMetadata ReadMap(nint typeInfo)
    {
        nint info, value;
        int key;
        NativeApi.Check(NativeApi.CastTypeInfoToMapTypeInfo(typeInfo, &info));
        NativeApi.Check(NativeApi.GetMapKeyType(info, &key));
        NativeApi.Check(NativeApi.GetMapValueType(info, &value));
        return new MapMetadata((TensorElementType)key, Take(value));
    }
}

/// <summary>What a sequence holds.</summary>
public class SequenceMetadata
{
    internal SequenceMetadata(NodeMetadata element) => ElementMeta = element;

    public NodeMetadata ElementMeta { get; }
}

/// <summary>What a map holds.</summary>
public class MapMetadata
{
    internal MapMetadata(TensorElementType key, NodeMetadata value) => (KeyDataType, ValueMetadata) = (key, value);

    public TensorElementType KeyDataType { get; }

    public NodeMetadata ValueMetadata { get; }
}
