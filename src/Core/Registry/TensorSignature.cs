using System.Text.Json.Serialization;

namespace Mlops.Registry;

/// <summary>What elements a tensor has, in the words of ONNX.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TensorType>))]
public enum TensorType
{
    Bool,
    UInt8,
    UInt16,
    UInt32,
    UInt64,
    Int8,
    Int16,
    Int32,
    Int64,
    Float16,
    Float32,
    Float64,
    String,
}

/// <summary>A tensor that a graph takes or gives.</summary>
/// <param name="Shape">Its dimensions from the outermost; −1 where any size will do.</param>
public sealed record TensorSpec(string Name, TensorType Type, IReadOnlyList<long> Shape);

/// <summary>What a model takes and gives that is not about the columns of a table.</summary>
/// <param name="Inputs">In the order of the graph; names are unique.</param>
/// <param name="Outputs">In the order of the graph; names are unique.</param>
public sealed record TensorSignature(IReadOnlyList<TensorSpec> Inputs, IReadOnlyList<TensorSpec> Outputs);
