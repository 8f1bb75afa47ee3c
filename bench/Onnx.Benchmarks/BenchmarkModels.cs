using Mlops.Data;
using Mlops.Registry;

namespace Mlops.Onnx;

/// <summary>Models of the size that tabular data gives: 30 features, and logistic regression, 100 small trees or 100 large ones.</summary>
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
        var (label, probabilities) = model switch
        {
            "linear" => Linear(graph, numeric, random),
            "trees" => Trees(graph, numeric, random),
            _ => Forest(graph, numeric, random),
        };
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

    /// <summary>What scikit-learn grows on some thousand rows: 300 leaves at uneven depths, each with a share for both classes.</summary>
    private static (GraphValue Label, GraphValue Scores) Forest(GraphWriter graph, GraphValue numeric, Random random)
    {
        var trees = new TreeEnsemble();
        for (var tree = 0; tree < 100; tree++)
        {
            var nodes = new List<TreeNode>();
            Grow(nodes, leaves: 300, Enumerable.Repeat((-1f, 1f), Features).ToArray(), random);
            trees.Add([.. nodes]);
        }

        return graph.TreeEnsembleClassifier(numeric, trees, Signature.Classes, PostTransform.None);
    }

    /// <param name="reach">Between what values of each feature rows come here.</param>
    private static void Grow(List<TreeNode> nodes, int leaves, (float Low, float High)[] reach, Random random)
    {
        if (leaves == 1)
        {
            var share = (float)random.NextDouble() / 100;
            nodes.Add(TreeNode.Leaf([share, 0.01f - share]));
            return;
        }

        var (at, feature, part) = (nodes.Count, random.Next(Features), 0.2f + (0.6f * (float)random.NextDouble()));
        var (low, high) = reach[feature];
        var (threshold, left) = (low + ((high - low) * part), Math.Clamp((int)(leaves * part), 1, leaves - 1));
        nodes.Add(default);
        reach[feature] = (low, threshold);
        Grow(nodes, left, reach, random);
        var ifFalse = nodes.Count;
        reach[feature] = (threshold, high);
        Grow(nodes, leaves - left, reach, random);
        reach[feature] = (low, high);
        nodes[at] = TreeNode.Split(feature, threshold, at + 1, ifFalse, missingIsTrue: false);
    }

    private static TreeNode[] CompleteTree(int depth, Random random) =>
    [
        .. Enumerable.Range(0, (2 << depth) - 1).Select(node => node < (1 << depth) - 1
            ? TreeNode.Split(random.Next(Features), (float)random.NextDouble() - 0.5f, (2 * node) + 1, (2 * node) + 2, missingIsTrue: true)
            : TreeNode.Leaf((float)random.NextDouble() - 0.5f)),
    ];
}
