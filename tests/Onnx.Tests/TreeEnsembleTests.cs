namespace Mlops.Onnx;

public class TreeEnsembleTests
{
    /// <summary>x ≤ 1 (or missing): −2; else y ≤ 3: 1; else (or missing): 5.</summary>
    private static readonly TreeNode[] Nodes =
    [
        TreeNode.Split(0, 1, ifTrue: 1, ifFalse: 2, missingIsTrue: true),
        TreeNode.Leaf(-2),
        TreeNode.Split(1, 3, ifTrue: 3, ifFalse: 4, missingIsTrue: false),
        TreeNode.Leaf(1),
        TreeNode.Leaf(5),
    ];

    private static readonly float[] Rows = [1, 9, 1.0000001f, 3, 2, 4, float.NaN, 4, 2, float.NaN];

    private static (GraphWriter Graph, GraphValue Input) NewGraph()
    {
        var graph = new GraphWriter("trees");
        return (graph, graph.Input("x", ElementType.Float, Dimension.Rows, 2));
    }

    [Fact]
    public void A_regressor_sums_its_trees_and_its_base_value()
    {
        var trees = new TreeEnsemble();
        trees.Add(Nodes);
        trees.Add([TreeNode.Leaf(0.25f)]);
        var (graph, x) = NewGraph();
        graph.Output(graph.TreeEnsembleRegressor(x, trees, 1, 100), "y", ElementType.Float, Dimension.Rows, 1);
        using var run = new GraphRun(graph.ToBytes()).With("x", Rows, 5, 2);

        Assert.Equal(2, trees.Count);
        Assert.Equal([98.25f, 101.25f, 105.25f, 98.25f, 105.25f], run.Floats("y"));
    }

    [Fact]
    public void A_binary_classifier_with_one_target_gives_both_probabilities()
    {
        var trees = new TreeEnsemble();
        trees.Add(Nodes);
        var (graph, x) = NewGraph();
        var (label, scores) = graph.TreeEnsembleClassifier(x, trees, ["no", "yes"], PostTransform.Logistic, 0.5f);
        graph.Output(label, "label", ElementType.String, Dimension.Rows);
        graph.Output(scores, "scores", ElementType.Float, Dimension.Rows, 2);
        using var run = new GraphRun(graph.ToBytes()).With("x", Rows, 5, 2);

        Assert.Equal(["no", "yes", "yes", "no", "yes"], run.Strings("label"));
        var expected = new[] { -1.5f, 1.5f, 5.5f, -1.5f, 5.5f }.SelectMany(score => new[] { 1 - Logistic(score), Logistic(score) });
        Assert.All(expected.Zip(run.Floats("scores")), pair => Assert.Equal(pair.First, pair.Second, 1e-6f));
    }

    [Fact]
    public void A_multiclass_classifier_sums_each_class_and_takes_the_softmax()
    {
        var trees = new TreeEnsemble();
        trees.Add([TreeNode.Leaf(1, target: 0)]);
        trees.Add([TreeNode.Split(0, 0, 1, 2, false), TreeNode.Leaf(3, target: 1), TreeNode.Leaf(-3, target: 1)]);
        trees.Add([TreeNode.Leaf([0, 0, 2])]);
        var (graph, x) = NewGraph();
        var (label, scores) = graph.TreeEnsembleClassifier(x, trees, ["a", "b", "c"], PostTransform.Softmax);
        graph.Output(label, "label", ElementType.String, Dimension.Rows);
        graph.Output(scores, "scores", ElementType.Float, Dimension.Rows, 3);
        using var run = new GraphRun(graph.ToBytes()).With("x", [-1f, 0, 1, 0], 2, 2);

        Assert.Equal(["b", "c"], run.Strings("label"));
        var total = MathF.Exp(1) + MathF.Exp(3) + MathF.Exp(2);
        Assert.Equal(MathF.Exp(3) / total, run.Floats("scores")[1], 1e-6f);
    }

    [Fact]
    public void A_node_that_leads_back_or_nowhere_is_refused()
    {
        var trees = new TreeEnsemble();

        Assert.Throws<ArgumentException>(() => trees.Add([TreeNode.Split(0, 1, 0, 1, false), TreeNode.Leaf(1)]));
        Assert.Throws<ArgumentException>(() => trees.Add([TreeNode.Split(0, 1, 1, 2, false), TreeNode.Leaf(1)]));
        Assert.Throws<ArgumentException>(() => trees.Add([]));
    }

    private static float Logistic(float score) => 1 / (1 + MathF.Exp(-score));
}
