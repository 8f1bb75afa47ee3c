using System.Text.Json;
using Mlops.Onnx;

namespace Mlops.Learning;

/// <summary>Where a graph of trees has what its trees decide by, for those who explain predictions.</summary>
internal static class EncodedColumns
{
    /// <summary>The tensor [rows, encoded columns] that the trees read.</summary>
    public const string Tensor = "encoded";

    /// <summary>The metadata entry with, for every encoded column, the index of its feature in the signature: a JSON array.</summary>
    public const string Origins = "origins";

    public static GraphValue ToGraph(ModelGraph graph, TreeEncoding encoding)
    {
        graph.Writer.Metadata[Origins] = JsonSerializer.Serialize(encoding.Origins);
        return graph.Writer.Name(encoding.ToGraph(graph), Tensor);
    }
}
