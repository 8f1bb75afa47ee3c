using Mlops.Serving;

namespace Mlops.Onnx;

/// <summary>What kind of value goes in or out of a graph.</summary>
public enum PortKind { Tensor, SequenceOfMaps, Sequence, Map, Optional, SparseTensor, Other }

/// <summary>An input or output of a graph.</summary>
/// <param name="ElementType">Of a tensor its elements, of a sequence of maps the maps' values.</param>
/// <param name="Shape">Of a tensor; null where the model does not say.</param>
public sealed record GraphPort(string Name, PortKind Kind, ElementType ElementType, IReadOnlyList<Dimension>? Shape)
{
    public override string ToString() => Kind switch
    {
        PortKind.Tensor => $"'{Name}' {ElementType} [{(Shape is null ? "?" : string.Join(", ", Shape))}]",
        PortKind.SequenceOfMaps => $"'{Name}' sequence of maps",
        PortKind.Sequence => $"'{Name}' sequence",
        PortKind.Map => $"'{Name}' map",
        PortKind.Optional => $"'{Name}' optional",
        PortKind.SparseTensor => $"'{Name}' sparse tensor",
        _ => $"'{Name}' of a type that is no tensor",
    };
}

/// <summary>What an ONNX model says of itself, read from its bytes without running or trusting them.</summary>
/// <param name="Opsets">The version of each operator set it needs, by domain; the default domain is empty.</param>
/// <param name="Inputs">What a caller must bring: inputs without a value in the model.</param>
/// <param name="Operators">The distinct operators, as <c>domain:name</c> (default domain: the name alone), in ordinal order.</param>
/// <param name="HasExternalData">Whether tensors lie in files beside the model.</param>
/// <param name="ClassLabels">The labels of the classes behind an output, in the order of the scores; null if none are found: those of a
/// classifier node or ZipMap, or what a LabelEncoder or a constant makes of class indices.</param>
/// <param name="Functions">What the model defines as functions of its own, as <c>domain:name</c>, in ordinal order.</param>
/// <param name="MapLabels">The labels of outputs that are sequences of maps, by the output's name.</param>
public sealed record OnnxGraphInfo(
    long IrVersion,
    string ProducerName,
    string ProducerVersion,
    string Documentation,
    string GraphName,
    IReadOnlyDictionary<string, long> Opsets,
    IReadOnlyList<GraphPort> Inputs,
    IReadOnlyList<GraphPort> Outputs,
    IReadOnlyDictionary<string, string> Metadata,
    IReadOnlyList<string> Operators,
    bool HasExternalData,
    IReadOnlyList<string>? ClassLabels,
    IReadOnlyList<string> Functions,
    IReadOnlyDictionary<string, IReadOnlyList<string>> MapLabels)
{
    /// <exception cref="ModelLoadException">The bytes are not a serialised ONNX model.</exception>
    public static OnnxGraphInfo Read(ReadOnlySpan<byte> model)
    {
        try
        {
            return new GraphScan().Read(model);
        }
        catch (InvalidDataException malformed)
        {
            throw new ModelLoadException($"These bytes are not an ONNX model: {malformed.Message}", malformed);
        }
    }
}
