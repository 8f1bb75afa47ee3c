using Mlops.Registry;

namespace Mlops.Onnx;

/// <summary>Models of trees of every kind that is compiled, drawn from a seed.</summary>
internal sealed class RandomTrees
{
    private readonly Random _random;
    private readonly int _width;
    private readonly bool _isPositive;

    public RandomTrees(int seed)
    {
        _random = new Random(seed);
        _width = _random.Next(1, 7);
        _isPositive = _random.Next(2) is 0;
        Graph = new GraphWriter("trees");
        Input = Graph.Input(ModelSignature.NumericInput, ElementType.Float, Dimension.Rows, _width);
        (Signature, Model) = _random.Next(6) switch
        {
            0 => Regression(),
            1 => SeveralTargets(),
            2 => OneSumEnded(sum => Graph.Concat(1, Graph.Sub(Graph.Constant([1f], 1), sum), sum)),
            3 => OneSumEnded(sum => Graph.Sigmoid(Graph.Mul(sum, Graph.Constant([-1f, 1f], 1, 2)))),
            4 => Classifier(classes: 2, sums: _random.Next(1, 3)),
            _ => Classifier(_random.Next(3, 6), sums: 0),
        };
    }

    public ModelSignature Signature { get; }

    public byte[] Model { get; }

    private GraphWriter Graph { get; }

    private GraphValue Input { get; }

    /// <summary>Row-major, with values of thresholds, missing and infinite ones among them.</summary>
    public float[] Rows(int count) => [.. Enumerable.Range(0, count * _width).Select(_ => _random.Next(12) switch
    {
        0 => float.NaN,
        1 => float.PositiveInfinity,
        2 => float.NegativeInfinity,
        < 7 => Threshold(),
        _ => Number(),
    })];

    private (ModelSignature Signature, byte[] Model) Regression()
    {
        var sum = Graph.TreeEnsembleRegressor(Input, Trees(1), 1, Bases(1));
        Graph.Output(sum, ModelSignature.PredictionOutput, ElementType.Float, Dimension.Rows, 1);
        return (Foreign.Signature(TaskType.Regression, _width), Graph.ToBytes());
    }

    private (ModelSignature Signature, byte[] Model) SeveralTargets()
    {
        var classes = Classes(_random.Next(3, 6));
        var bases = Bases(classes.Length);
        var trees = Trees(classes.Length, isDense: bases.Length > 0);
        return Probabilities(Graph.TreeEnsembleRegressor(Input, trees, classes.Length, bases), classes);
    }

    private (ModelSignature Signature, byte[] Model) OneSumEnded(Func<GraphValue, GraphValue> end) =>
        Probabilities(end(Graph.TreeEnsembleRegressor(Graph.Identity(Input), Trees(1), 1, Bases(1))), Classes(2));

    private (ModelSignature Signature, byte[] Model) Classifier(int classes, int sums)
    {
        var transform = new[] { PostTransform.None, PostTransform.Softmax, PostTransform.Logistic }[_random.Next(3)];
        var trees = Trees(sums is 0 ? classes : sums, isDense: sums is 2);
        var bases = sums is 2 ? [] : Bases(sums is 0 ? classes : sums);
        return Probabilities(Graph.TreeEnsembleClassifier(Input, trees, Classes(classes), transform, bases).Scores, Classes(classes));
    }

    private (ModelSignature Signature, byte[] Model) Probabilities(GraphValue scores, string[] classes)
    {
        Graph.Output(scores, ModelSignature.ProbabilitiesOutput, ElementType.Float, Dimension.Rows, classes.Length);
        var task = classes.Length is 2 ? TaskType.Binary : TaskType.Multiclass;
        return (Foreign.Signature(task, _width, classes), Graph.ToBytes());
    }

    private static string[] Classes(int count) => [.. Enumerable.Range(0, count).Select(number => $"c{number}")];

    private float[] Bases(int count) => _random.Next(2) is 0 ? [] : [.. Enumerable.Range(0, count).Select(_ => Number())];

    private TreeEnsemble Trees(int targets, bool isDense = false)
    {
        var trees = new TreeEnsemble();
        for (var left = _random.Next(1, 20); left > 0; left--)
        {
            var nodes = new List<TreeNode>();
            Grow(nodes, depth: _random.Next(0, 9), targets, isDense || _random.Next(2) is 0);
            trees.Add([.. nodes]);
        }

        return trees;
    }

    private void Grow(List<TreeNode> nodes, int depth, int targets, bool isDense)
    {
        if (depth is 0 || _random.Next(8) is 0)
        {
            nodes.Add(isDense
                ? TreeNode.Leaf([.. Enumerable.Range(0, targets).Select(_ => Weight())])
                : TreeNode.Leaf(Weight(), _random.Next(targets)));
            return;
        }

        var at = nodes.Count;
        nodes.Add(default);
        Grow(nodes, depth - 1, targets, isDense);
        var ifFalse = nodes.Count;
        Grow(nodes, depth - 1, targets, isDense);
        nodes[at] = TreeNode.Split(_random.Next(_width), Threshold(), at + 1, ifFalse, _random.Next(2) is 0);
    }

    private float Threshold() => _random.Next(20) switch
    {
        0 => float.PositiveInfinity,
        1 => float.NegativeInfinity,
        2 => -0f,
        var number => (number - 10) / 7f,
    };

    private float Weight() => _isPositive ? Math.Abs(Number()) : Number();

    private float Number() => (float)((_random.NextDouble() - 0.5) * Math.Pow(10, _random.Next(-2, 2)));
}
