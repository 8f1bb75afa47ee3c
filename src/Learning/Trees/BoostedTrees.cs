using Mlops.Data;
using Mlops.Onnx;
using Mlops.Registry;

namespace Mlops.Learning;

/// <summary>A sum of trees per output on top of a constant, made probabilities where classes are predicted.</summary>
/// <param name="baseScores">One per output.</param>
/// <param name="trees">Those of the outputs in turn.</param>
internal sealed class BoostedTrees(
    string learner,
    ModelSignature signature,
    TreeEncoding encoding,
    BoostingLoss loss,
    float[] baseScores,
    IReadOnlyList<Tree> trees) : IProbabilityGraph
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
            var scores = graph.Writer.TreeEnsembleRegressor(encoding.ToGraph(graph), Ensemble(), 1, baseScores);
            return graph.Regresses(loss is PoissonLoss ? graph.Writer.Exp(scores) : scores);
        }

        var probabilities = Probabilities(graph);
        return graph.Classifies(graph.Label(probabilities), probabilities);
    }

    public GraphValue Probabilities(ModelGraph graph)
    {
        var columns = encoding.ToGraph(graph);
        if (baseScores.Length > 1)
        {
            return graph.Writer.TreeEnsembleClassifier(
                columns, Ensemble(), signature.Classes, PostTransform.Softmax, baseScores).Scores;
        }

        // ONNX Runtime's tree classifier has rules of its own for two classes, which depend on the signs of the leaves.
        var logOdds = graph.Writer.TreeEnsembleRegressor(columns, Ensemble(), 1, baseScores);
        return graph.Writer.Sigmoid(graph.Writer.Mul(logOdds, graph.Writer.Constant([-1f, 1f], 1, 2)));
    }

    private void Predict(float[][] columns, int row, Span<double> outputs)
    {
        var scores = outputs[^baseScores.Length..];
        for (var i = 0; i < trees.Count; i++)
        {
            scores[i % baseScores.Length] += trees[i].Score(columns, row);
        }

        for (var k = 0; k < scores.Length; k++)
        {
            scores[k] += baseScores[k];
        }

        loss.Predict(outputs);
    }

    private TreeEnsemble Ensemble()
    {
        var ensemble = new TreeEnsemble();
        for (var i = 0; i < trees.Count; i++)
        {
            var output = i % baseScores.Length;
            ensemble.Add(trees[i].ToGraph((values, cover) => TreeNode.Leaf(values[0], output, cover)));
        }

        if (trees.Count is 0)
        {
            ensemble.Add([TreeNode.Leaf(new float[baseScores.Length])]);
        }

        return ensemble;
    }
}
