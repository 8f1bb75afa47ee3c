using System.Text.Json.Serialization;

namespace Mlops.Registry;

/// <summary>What elements a tensor has, in the words of ONNX.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TensorType>))]
public enum TensorType
{
    [JsonStringEnumMemberName("bool")]
    Bool,
    [JsonStringEnumMemberName("uint8")]
    UInt8,
    [JsonStringEnumMemberName("uint16")]
    UInt16,
    [JsonStringEnumMemberName("uint32")]
    UInt32,
    [JsonStringEnumMemberName("uint64")]
    UInt64,
    [JsonStringEnumMemberName("int8")]
    Int8,
    [JsonStringEnumMemberName("int16")]
    Int16,
    [JsonStringEnumMemberName("int32")]
    Int32,
    [JsonStringEnumMemberName("int64")]
    Int64,
    [JsonStringEnumMemberName("float16")]
    Float16,
    [JsonStringEnumMemberName("float32")]
    Float32,
    [JsonStringEnumMemberName("float64")]
    Float64,
    [JsonStringEnumMemberName("string")]
    String,
}

/// <summary>A tensor that a graph takes or gives.</summary>
/// <param name="Shape">Its dimensions from the outermost; −1 where any size will do.</param>
public sealed record TensorSpec(string Name, TensorType Type, IReadOnlyList<long> Shape);

/// <summary>What a model takes and gives that is not about the columns of a table.</summary>
/// <param name="Inputs">In the order of the graph; names are unique.</param>
/// <param name="Outputs">In the order of the graph; names are unique.</param>
public sealed record TensorSignature(IReadOnlyList<TensorSpec> Inputs, IReadOnlyList<TensorSpec> Outputs);

public static class TensorElements
{
    /// <summary>Bytes of an element; 0 for strings, which have no width.</summary>
    public static int Width(this TensorType type) => type switch
    {
        TensorType.Bool or TensorType.UInt8 or TensorType.Int8 => 1,
        TensorType.UInt16 or TensorType.Int16 or TensorType.Float16 => 2,
        TensorType.UInt32 or TensorType.Int32 or TensorType.Float32 => 4,
        TensorType.UInt64 or TensorType.Int64 or TensorType.Float64 => 8,
        TensorType.String => 0,
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };
}
