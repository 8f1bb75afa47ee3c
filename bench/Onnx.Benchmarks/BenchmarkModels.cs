using Mlops.Data;
using Mlops.Registry;

namespace Mlops.Onnx;

/// <summary>Models of the size that tabular data gives: 30 features, logistic regression or 100 trees of 63 nodes.</summary>
internal static class BenchmarkModels
{
    public const int Features = 30;

    public static ModelSignature Signature { get; } = new(
        [.. Enumerable.Range(0, Features).Select(number => new ColumnSchema($"x{number}", ColumnType.Number, Nullable: false))],
        "y",
        TaskType.Binary,
        ["no", "yes"]);

    public static byte[] Write(string model)
    {
        var random = new Random(42);
        var graph = new GraphWriter(model);
        var numeric = graph.Input(ModelSignature.NumericInput, ElementType.Float, Dimension.Rows, Features);
        var (label, probabilities) = model == "linear" ? Linear(graph, numeric, random) : Trees(graph, numeric, random);
        graph.Output(label, ModelSignature.LabelOutput, ElementType.String, Dimension.Rows);
        graph.Output(probabilities, ModelSignature.ProbabilitiesOutput, ElementType.Float, Dimension.Rows, 2);
        return graph.ToBytes();
    }

    /// <summary>Different rows: one row again and again would train the branch predictor.</summary>
    public static float[] Rows(int count)
    {
        var random = new Random(7);
        return [.. Enumerable.Range(0, count * Features).Select(_ => (float)((2 * random.NextDouble()) - 1))];
    }

    private static (GraphValue Label, GraphValue Scores) Linear(GraphWriter graph, GraphValue numeric, Random random)
    {
        var scaled = graph.Scaler(numeric, new float[Features], [.. Enumerable.Repeat(1f, Features)]);
        var weights = Enumerable.Range(0, Features).Select(_ => (float)random.NextDouble() - 0.5f).ToArray();
        return graph.LinearClassifier(
            scaled, [.. weights.Select(weight => -weight), .. weights], [0, 0], Signature.Classes, PostTransform.Logistic);
    }

    private static (GraphValue Label, GraphValue Scores) Trees(GraphWriter graph, GraphValue numeric, Random random)
    {
        var trees = new TreeEnsemble();
        for (var tree = 0; tree < 100; tree++)
        {
            trees.Add(CompleteTree(depth: 5, random));
        }

        return graph.TreeEnsembleClassifier(numeric, trees, Signature.Classes, PostTransform.Logistic);
    }

    private static TreeNode[] CompleteTree(int depth, Random random) =>
    [
        .. Enumerable.Range(0, (2 << depth) - 1).Select(node => node < (1 << depth) - 1
            ? TreeNode.Split(random.Next(Features), (float)random.NextDouble() - 0.5f, (2 * node) + 1, (2 * node) + 2, missingIsTrue: true)
            : TreeNode.Leaf((float)random.NextDouble() - 0.5f)),
    ];
}
