using Mlops.Onnx;

namespace Mlops.Learning;

/// <summary>Columns of numbers made from features, before anything is filled or scaled.</summary>
internal interface INumberSource
{
    /// <summary>One array per column; NaN where missing.</summary>
    float[][] Encode(RawFeatures features);

    /// <summary>The same columns as float [rows, columns].</summary>
    GraphValue ToGraph(ModelGraph graph);
}

/// <summary>The numeric features as they are.</summary>
internal sealed class PlainNumbers : INumberSource
{
    public float[][] Encode(RawFeatures features) => features.Numbers;

    public GraphValue ToGraph(ModelGraph graph) => graph.Numbers!.Value;
}

/// <summary>1 where a numeric feature is missing, else 0.</summary>
internal sealed class MissingNumbers(int[] indices) : INumberSource
{
    public float[][] Encode(RawFeatures features) =>
        Array.ConvertAll(indices, index => Array.ConvertAll(features.Numbers[index], value => float.IsNaN(value) ? 1f : 0f));

    public GraphValue ToGraph(ModelGraph graph) =>
        graph.Writer.Cast(graph.Writer.IsNaN(graph.Number([.. indices.Select(index => (long)index)])), ElementType.Float);
}
