using Mlops.Onnx;

namespace Mlops.Learning;

/// <summary>Columns of numbers made from features, before anything is filled or scaled.</summary>
internal interface INumberSource
{
    LazyColumn[] Encode(RawFeatures features);

    /// <summary>The same columns as float [rows, columns].</summary>
    GraphValue ToGraph(ModelGraph graph);
}

/// <summary>The numeric features as they are.</summary>
internal sealed class PlainNumbers : INumberSource
{
    public LazyColumn[] Encode(RawFeatures features) => features.Numbers;

    public GraphValue ToGraph(ModelGraph graph) => graph.Numbers!.Value;
}

/// <summary>1 where a numeric feature is missing, else 0.</summary>
internal sealed class MissingNumbers(int[] indices) : INumberSource
{
    public LazyColumn[] Encode(RawFeatures features) => Array.ConvertAll<int, LazyColumn>(indices, index => (start, values) =>
    {
        features.Numbers[index](start, values);
        foreach (ref var value in values)
        {
            value = float.IsNaN(value) ? 1 : 0;
        }
    });

    public GraphValue ToGraph(ModelGraph graph) =>
        graph.Writer.Cast(graph.Writer.IsNaN(graph.Number([.. indices.Select(index => (long)index)])), ElementType.Float);
}
