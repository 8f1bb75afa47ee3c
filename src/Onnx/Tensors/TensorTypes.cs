using Microsoft.ML.OnnxRuntime.Tensors;
using Mlops.Registry;

namespace Mlops.Onnx;

/// <summary>The element types that travel, in ONNX's numbers, in ours and in the runtime's.</summary>
internal static class TensorTypes
{
    public static TensorType? Find(ElementType type) => type switch
    {
        ElementType.Boolean => TensorType.Bool,
        ElementType.UInt8 => TensorType.UInt8,
        ElementType.UInt16 => TensorType.UInt16,
        ElementType.UInt32 => TensorType.UInt32,
        ElementType.UInt64 => TensorType.UInt64,
        ElementType.Int8 => TensorType.Int8,
        ElementType.Int16 => TensorType.Int16,
        ElementType.Int32 => TensorType.Int32,
        ElementType.Int64 => TensorType.Int64,
        ElementType.Float16 => TensorType.Float16,
        ElementType.Float => TensorType.Float32,
        ElementType.Double => TensorType.Float64,
        ElementType.String => TensorType.String,
        _ => null,
    };

    /// <remarks>The runtime's numbers are ONNX's.</remarks>
    public static TensorType? Find(TensorElementType type) => Find((ElementType)type);

    public static TensorElementType ToRuntime(this TensorType type) => type switch
    {
        TensorType.Bool => TensorElementType.Bool,
        TensorType.UInt8 => TensorElementType.UInt8,
        TensorType.UInt16 => TensorElementType.UInt16,
        TensorType.UInt32 => TensorElementType.UInt32,
        TensorType.UInt64 => TensorElementType.UInt64,
        TensorType.Int8 => TensorElementType.Int8,
        TensorType.Int16 => TensorElementType.Int16,
        TensorType.Int32 => TensorElementType.Int32,
        TensorType.Int64 => TensorElementType.Int64,
        TensorType.Float16 => TensorElementType.Float16,
        TensorType.Float32 => TensorElementType.Float,
        TensorType.Float64 => TensorElementType.Double,
        TensorType.String => TensorElementType.String,
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };

    /// <summary>A shape as people write it, with <c>?</c> where any size will do.</summary>
    public static string Told(IEnumerable<long> shape) => $"[{string.Join(", ", shape.Select(length => length < 0 ? "?" : $"{length}"))}]";
}
