namespace Mlops.Explanations;

/// <summary>Exact Shapley values of a sum of trees, where unknown features take the ways that the training rows took.</summary>
/// <remarks>
/// Lundberg, Erion and Lee, "Consistent individualized feature attribution for tree ensembles", arXiv:1802.03888, algorithm 2
/// (path-dependent). A row costs O(trees · leaves · depth²). Columns that were made from one feature are one player: the values are
/// those of the feature as a whole, not sums over its columns.
/// </remarks>
public sealed class TreeShap
{
    private readonly IReadOnlyList<DecisionTree> _trees;
    private readonly int[] _players;
    private readonly int _features;
    private readonly int _depth;

    /// <param name="trees">Their leaves are summed.</param>
    /// <param name="players">For each column the index of the feature that it was made from.</param>
    /// <param name="features">How many features there are.</param>
    /// <param name="baseScores">What is added to the sum, one per output.</param>
    public TreeShap(IReadOnlyList<DecisionTree> trees, int[] players, int features, double[] baseScores)
    {
        (_trees, _players, _features) = (trees, players, features);
        _depth = trees.Count is 0 ? 0 : trees.Max(tree => tree.Depth);
        BaseValues = [.. baseScores];
        foreach (var tree in trees)
        {
            AddExpectation(tree, 0, 1);
        }
    }

    /// <summary>The expected sum of a row of which nothing is known, one per output.</summary>
    public double[] BaseValues { get; }

    /// <param name="columns">Row-major [rows, columns], NaN where missing.</param>
    public Attributions Explain(ReadOnlySpan<float> columns, int rows)
    {
        var outputs = BaseValues.Length;
        var attributions = new Attributions(
            rows, _features, BaseValues, new double[rows * outputs], new double[rows * outputs * _features]);

        // Every level of the way down has a copy of the way so far: 1 + 2 + … elements.
        var path = new Step[(_depth + 2) * (_depth + 3) / 2];
        var width = _players.Length;
        for (var row = 0; row < rows; row++)
        {
            var values = columns.Slice(row * width, width);
            var target = attributions.Values.AsSpan(row * outputs * _features, outputs * _features);
            foreach (var tree in _trees)
            {
                Descend(tree, values, target, path, 0, 0, 0, 1, 1, -1);
            }

            for (var output = 0; output < outputs; output++)
            {
                var sum = BaseValues[output];
                foreach (var value in attributions.Of(row, output))
                {
                    sum += value;
                }

                attributions.Outputs[(row * outputs) + output] = sum;
            }
        }

        return attributions;
    }

    private void AddExpectation(DecisionTree tree, int index, double share)
    {
        ref readonly var node = ref tree.Nodes[index];
        if (node.Mode is BranchMode.Leaf)
        {
            for (var output = 0; output < BaseValues.Length; output++)
            {
                BaseValues[output] += share * node.Values![output];
            }

            return;
        }

        var yes = tree.ShareTrue(node);
        AddExpectation(tree, node.IfTrue, share * yes);
        AddExpectation(tree, node.IfFalse, share * (1 - yes));
    }

    /// <param name="path">Where the ways so far are kept.</param>
    /// <param name="start">Where in it this level's way begins.</param>
    /// <param name="length">How many steps the way has.</param>
    /// <param name="zero">The share of ways that the last step leaves open when its feature is unknown.</param>
    /// <param name="one">1 if the row takes the last step, else 0.</param>
    /// <param name="player">The feature that the last step asks about; −1 for the root.</param>
    private void Descend(
        DecisionTree tree,
        ReadOnlySpan<float> values,
        Span<double> target,
        Span<Step> path,
        int index,
        int start,
        int length,
        double zero,
        double one,
        int player)
    {
        var way = path[start..];
        Extend(way, length, zero, one, player);
        length++;
        ref readonly var node = ref tree.Nodes[index];
        if (node.Mode is BranchMode.Leaf)
        {
            AddLeaf(way, length, node.Values!, target);
            return;
        }

        var asked = _players[node.Column];
        var (openZero, openOne) = (1.0, 1.0);
        var before = 1;
        while (before < length && way[before].Player != asked)
        {
            before++;
        }

        if (before < length)
        {
            (openZero, openOne) = (way[before].Zero, way[before].One);
            Unwind(way, length, before);
            length--;
        }

        var isTrue = node.IsTrueFor(values[node.Column]);
        var yes = tree.ShareTrue(node);
        Follow(node.IfTrue, yes, isTrue, path, target, values, way);
        Follow(node.IfFalse, 1 - yes, !isTrue, path, target, values, way);

        void Follow(
            int child, double share, bool isTaken, Span<Step> all, Span<double> into, ReadOnlySpan<float> row, ReadOnlySpan<Step> current)
        {
            // A way that no training row took, and this row does not take either, leads to nothing.
            if (share * openZero is 0 && (!isTaken || openOne is 0))
            {
                return;
            }

            current[..length].CopyTo(all[(start + length + 1)..]);
            Descend(tree, row, into, all, child, start + length + 1, length, share * openZero, isTaken ? openOne : 0, asked);
        }
    }

    private void AddLeaf(ReadOnlySpan<Step> way, int length, double[] values, Span<double> target)
    {
        for (var i = 1; i < length; i++)
        {
            var weight = UnwoundSum(way, length, i) * (way[i].One - way[i].Zero);
            for (var output = 0; output < values.Length; output++)
            {
                target[(output * _features) + way[i].Player] += weight * values[output];
            }
        }
    }

    /// <summary>Adds a step: the weights of all subset sizes grow with it.</summary>
    private static void Extend(Span<Step> way, int length, double zero, double one, int player)
    {
        way[length] = new Step(player, zero, one, length is 0 ? 1 : 0);
        for (var i = length - 1; i >= 0; i--)
        {
            way[i + 1].Weight += one * way[i].Weight * (i + 1) / (length + 1);
            way[i].Weight = zero * way[i].Weight * (length - i) / (length + 1);
        }
    }

    /// <summary>Takes a step back, as if it had never been made.</summary>
    private static void Unwind(Span<Step> way, int length, int step)
    {
        var (zero, one) = (way[step].Zero, way[step].One);
        var next = way[length - 1].Weight;
        for (var i = length - 2; i >= 0; i--)
        {
            if (one is not 0)
            {
                var weight = way[i].Weight;
                way[i].Weight = next * length / ((i + 1) * one);
                next = weight - (way[i].Weight * zero * (length - 1 - i) / length);
            }
            else
            {
                way[i].Weight = way[i].Weight * length / (zero * (length - 1 - i));
            }
        }

        for (var i = step; i < length - 1; i++)
        {
            (way[i].Player, way[i].Zero, way[i].One) = (way[i + 1].Player, way[i + 1].Zero, way[i + 1].One);
        }
    }

    /// <summary>The sum of the weights that <see cref="Unwind"/> would leave.</summary>
    private static double UnwoundSum(ReadOnlySpan<Step> way, int length, int step)
    {
        var (zero, one) = (way[step].Zero, way[step].One);
        var next = way[length - 1].Weight;
        double sum = 0;
        for (var i = length - 2; i >= 0; i--)
        {
            if (one is not 0)
            {
                var weight = next * length / ((i + 1) * one);
                sum += weight;
                next = way[i].Weight - (weight * zero * (length - 1 - i) / length);
            }
            else if (zero is not 0)
            {
                sum += way[i].Weight * length / (zero * (length - 1 - i));
            }
        }

        return sum;
    }

    /// <summary>A feature on the way to a node, and how much of the way is open with and without it.</summary>
    private record struct Step(int Player, double Zero, double One, double Weight);
}
