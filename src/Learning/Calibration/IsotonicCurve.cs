using Mlops.Onnx;

namespace Mlops.Learning;

/// <summary>The rising curve closest to the outcomes: straight between knots, level before the first and after the last.</summary>
/// <remarks>
/// Pool adjacent violators: Ayer, Brunk, Ewing, Reid and Silverman, Annals of Mathematical Statistics 26(4), 1955; as calibration: Zadrozny
/// and Elkan, KDD 2002. Knots as scikit-learn's IsotonicRegression has them. In the graph a balanced tree finds the piece of
/// a score and gives its start and slope, so that graph and curve do the same arithmetic on the same numbers.
/// </remarks>
internal sealed class IsotonicCurve : ICalibrationCurve
{
    /// <summary>Where a piece begins, its value there and how it rises; pieces end where the next begins.</summary>
    private readonly float[][] _pieces;

    private IsotonicCurve(float[] scores, float[] values)
    {
        (Scores, Values) = (scores, values);
        _pieces =
        [
            [0, values[0], 0],
            .. Enumerable.Range(1, scores.Length - 1).Select(knot => new[]
            {
                scores[knot - 1],
                values[knot - 1],
                (values[knot] - values[knot - 1]) / (scores[knot] - scores[knot - 1]),
            }),
            [0, values[^1], 0],
        ];
    }

    /// <summary>Of the knots, ascending.</summary>
    public float[] Scores { get; }

    /// <summary>Of the knots, never falling.</summary>
    public float[] Values { get; }

    /// <param name="outcomes">1 where the class was there, else 0.</param>
    /// <param name="weights">How much each row counts; null if all count alike. At least one counts.</param>
    public static IsotonicCurve Learn(float[] scores, double[] outcomes, double[]? weights)
    {
        var blocks = new List<(int First, int Last, double Weight, double Sum)>();
        var distinct = Enumerable.Range(0, scores.Length)
            .Where(row => weights is null || weights[row] > 0)
            .GroupBy(row => scores[row])
            .OrderBy(group => group.Key)
            .Select(group => (
                Score: group.Key,
                Weight: group.Sum(row => weights?[row] ?? 1),
                Sum: group.Sum(row => (weights?[row] ?? 1) * outcomes[row])))
            .ToArray();
        for (var i = 0; i < distinct.Length; i++)
        {
            var block = (First: i, Last: i, distinct[i].Weight, distinct[i].Sum);
            while (blocks.Count > 0 && blocks[^1].Sum / blocks[^1].Weight >= block.Sum / block.Weight)
            {
                block = (blocks[^1].First, i, blocks[^1].Weight + block.Weight, blocks[^1].Sum + block.Sum);
                blocks.RemoveAt(blocks.Count - 1);
            }

            blocks.Add(block);
        }

        var knots = blocks
            .SelectMany(block => new[] { block.First, block.Last }
                .Distinct()
                .Select(at => (distinct[at].Score, Value: block.Sum / block.Weight)))
            .ToArray();
        return new IsotonicCurve([.. knots.Select(knot => knot.Score)], [.. knots.Select(knot => (float)knot.Value)]);
    }

    public float At(float probability, float other)
    {
        var found = Array.BinarySearch(Scores, probability);
        var piece = _pieces[found >= 0 ? found : ~found];
        return Math.Clamp(piece[1] + ((probability - piece[0]) * piece[2]), 0, 1);
    }

    public GraphValue ToGraph(GraphWriter graph, GraphValue probability, GraphValue other)
    {
        var nodes = new List<TreeNode>();
        AddPieces(nodes, 0, Scores.Length);
        var tree = new TreeEnsemble();
        tree.Add([.. nodes]);
        var pieces = graph.TreeEnsembleRegressor(probability, tree, 3);
        var (start, value, slope) = (graph.Slice(pieces, 0, 1, 1), graph.Slice(pieces, 1, 2, 1), graph.Slice(pieces, 2, 3, 1));
        var curve = graph.Add(value, graph.Mul(graph.Sub(probability, start), slope));
        return graph.Min(graph.Max(curve, graph.Constant([0f], 1)), graph.Constant([1f], 1));
    }

    /// <summary>Adds the tree that tells the pieces from <paramref name="first"/> to <paramref name="last"/> apart.</summary>
    private void AddPieces(List<TreeNode> nodes, int first, int last)
    {
        if (first == last)
        {
            nodes.Add(TreeNode.Leaf(_pieces[first]));
            return;
        }

        var middle = (first + last) / 2;
        var root = nodes.Count;
        nodes.Add(TreeNode.Leaf(0));
        AddPieces(nodes, first, middle);
        var right = nodes.Count;
        AddPieces(nodes, middle + 1, last);
        nodes[root] = TreeNode.Split(0, Scores[middle], root + 1, right, missingIsTrue: true);
    }
}
