using Mlops.Data;
using Mlops.Onnx;
using Mlops.Registry;

namespace Mlops.Learning;

/// <summary>Trees whose leaves are averaged: quantities, or the probabilities of classes.</summary>
internal sealed class Forest(string learner, ModelSignature signature, TreeEncoding encoding, IReadOnlyList<Tree> trees) : IProbabilityGraph
{
    public required IReadOnlyDictionary<string, double> Importance { get; init; }

    public required IReadOnlyDictionary<string, double> Facts { get; init; }

    public double[] Predict(DataFrame features)
    {
        var raw = RawFeatures.Read(features, signature);
        var width = signature.OutputWidth;
        var predictions = new double[raw.Rows * width];
        encoding.Columns(raw).Columns.ForEachBlock(raw.Rows, (start, count, columns) =>
        {
            for (var row = 0; row < count; row++)
            {
                Predict(columns, row, predictions.AsSpan((start + row) * width, width));
            }
        });
        return predictions;
    }

    public byte[] ToOnnx()
    {
        var graph = new ModelGraph(signature, learner);
        if (signature.Task is TaskType.Regression)
        {
            return graph.Regresses(Means(graph));
        }

        var probabilities = Probabilities(graph);
        return graph.Classifies(graph.Label(probabilities), probabilities);
    }

    public GraphValue Probabilities(ModelGraph graph)
    {
        var means = Means(graph);
        return signature.Classes.Count is 2
            ? graph.Writer.Concat(1, graph.Writer.Sub(graph.Writer.Constant([1f], 1), means), means)
            : means;
    }

    private void Predict(float[][] columns, int row, Span<double> outputs)
    {
        foreach (var tree in trees)
        {
            var values = tree.Scores(columns, row);
            var scores = outputs[^values.Length..];
            for (var k = 0; k < values.Length; k++)
            {
                scores[k] += Share(values[k]);
            }
        }

        if (signature.Classes.Count is 2)
        {
            outputs[0] = 1 - outputs[1];
        }
    }

    private GraphValue Means(ModelGraph graph)
    {
        var ensemble = new TreeEnsemble();
        foreach (var tree in trees)
        {
            ensemble.Add(tree.ToGraph((values, cover) => TreeNode.Leaf(Array.ConvertAll(values, Share), cover)));
        }

        var outputs = signature.Classes.Count is 2 ? 1 : signature.OutputWidth;
        return graph.Writer.TreeEnsembleRegressor(encoding.ToGraph(graph), ensemble, outputs);
    }

    /// <summary>What a leaf's value is in the mean over all trees, in the graph's precision.</summary>
    private float Share(float value) => value / trees.Count;
}
