namespace Mlops.Onnx;

/// <summary>Lays the nodes of an operator out as <see cref="TreeTables"/>.</summary>
/// <param name="outputs">How many sums there are.</param>
/// <param name="least">How many of them each leaf must add to.</param>
internal sealed class TreeTablesBuilder(TreeNodes table, TreeLeaves leaves, int outputs, int least)
{
    private const int MostNodes = 1 << 20;
    private const int MostValues = 1 << 22;

    /// <summary>The most steps down all trees together, so that the trial takes a second at most.</summary>
    private const int MostSteps = 1 << 17;

    /// <summary>Of trees with more leaves a walk is quicker than asking all questions, however many the rows.</summary>
    private const int MostMaskedLeaves = 4 * LeafMasks.WordLeaves;

    /// <summary>What masks cost a tree over its splits, in splits; a split of a block costs what a step of one row does.</summary>
    private const int MaskCost = 8;

    private readonly List<TreePlace> _trees = [];
    private readonly List<WalkNode> _nodes = [];
    private readonly List<bool> _missingIsRight = [];
    private readonly List<float> _values = [];
    private readonly List<MaskedSplit> _splits = [];
    private readonly List<MaskedWord> _words = [];
    private readonly Dictionary<int, int> _columns = [];

    /// <param name="trees">For each node the tree that it belongs to.</param>
    /// <param name="width">How many columns there are.</param>
    /// <returns>Null if the trees are malformed, too large, ask in another way than by comparing, or share nodes.</returns>
    public TreeTables? Build(IReadOnlyList<long> trees, int width)
    {
        if (trees.Count is 0 or > MostNodes || !table.IsWhole(trees.Count) || table.Features.Any(feature => feature >= width))
        {
            return null;
        }

        foreach (var entries in Enumerable.Range(0, trees.Count).GroupBy(entry => trees[entry]))
        {
            if (!AddTree(entries.Key, [.. entries]))
            {
                return null;
            }
        }

        if (_trees.Sum(tree => tree.Depth + 1L) > MostSteps)
        {
            return null;
        }

        return new TreeTables(
            outputs,
            [.. _trees],
            [.. _nodes],
            [.. _missingIsRight.Select(isRight => isRight ? (byte)1 : (byte)0)],
            [.. _values, .. new float[LeafMasks.WordLeaves]],
            [.. _splits],
            [.. _words],
            [.. _columns.OrderBy(column => column.Value).Select(column => column.Key)]);
    }

    private bool AddTree(long id, int[] entries)
    {
        if (table.Index(entries) is not { Root: { } root } tree || Flatten(tree, root, entries.Length) is not { } order)
        {
            return false;
        }

        var (start, count) = (_nodes.Count - order.Count, order.Count);
        var shape = TreeShape.Of(_nodes.GetRange(start, count));
        var added = new IReadOnlyList<LeafWeight>[shape.Leaves];
        for (var node = 0; node < count; node++)
        {
            if (_nodes[start + node].IsLeaf)
            {
                _nodes[start + node] = WalkNode.OfLeaf(shape.FirstLeaf[node]);
                added[shape.FirstLeaf[node]] = leaves.Of(id, table.Ids[order[node]]);
            }
        }

        if (Array.Exists(added, leaf => leaf.Count < least) || AddValues(added) is not { } targets)
        {
            return false;
        }

        var values = _values.Count - (targets.Count * shape.Leaves);
        var place = new TreePlace(start, shape.Depth, shape.Leaves, values, targets.First, targets.Count, 0, 0, int.MaxValue);
        _trees.Add(shape.Leaves <= MostMaskedLeaves ? WithMasks(place, shape) : place);
        return true;
    }

    /// <summary>Adds what the leaves of a tree add, from left to right.</summary>
    /// <returns>The sums that they add to; null if the values are too many.</returns>
    private (int First, int Count)? AddValues(IReadOnlyList<LeafWeight>[] added)
    {
        var first = added.Min(leaf => leaf.Min(value => value.Target));
        var count = added.Max(leaf => leaf.Max(value => value.Target)) - first + 1;
        if (_values.Count + ((long)count * added.Length) > MostValues)
        {
            return null;
        }

        var values = new float[count * added.Length];
        foreach (var (index, leaf) in added.Index())
        {
            foreach (var (target, weight) in leaf)
            {
                values[((target - first) * added.Length) + index] = weight;
            }
        }

        _values.AddRange(values);
        return (first, count);
    }

    /// <summary>Adds a tree's nodes breadth first.</summary>
    /// <returns>The entry of each node; null if the tree cannot be laid out.</returns>
    private List<int>? Flatten(IndexedTree tree, int root, int most)
    {
        var order = new List<int> { root };
        for (var node = 0; node < order.Count; node++)
        {
            var entry = order[node];
            if (table.Modes[entry] is "LEAF")
            {
                _nodes.Add(WalkNode.OfLeaf(0));
                _missingIsRight.Add(false);
                continue;
            }

            // More nodes than there are means that ways meet or run in circles.
            if (Question(table.Modes[entry], table.Thresholds[entry]) is not { } asked || order.Count + 2 > most
                || tree.IfTrue(entry) is not { } yes || tree.IfFalse(entry) is not { } no
                || table.Features[entry] > ushort.MaxValue || order.Count - node > ushort.MaxValue)
            {
                return null;
            }

            _nodes.Add(new WalkNode(asked.Threshold, (ushort)table.Features[entry], (ushort)(order.Count - node)));
            _missingIsRight.Add(table.MissingIsTrue(entry) == asked.YesIsRight);
            order.AddRange(asked.YesIsRight ? [no, yes] : [yes, no]);
        }

        return order;
    }

    /// <summary>The threshold that values on the right are above.</summary>
    private static (float Threshold, bool YesIsRight)? Question(string mode, float threshold) => (mode, threshold) switch
    {
        (_, float.NaN) => null,
        ("BRANCH_LEQ", _) => (threshold, false),
        ("BRANCH_GT", _) => (threshold, true),
        (_, float.NegativeInfinity) => null,
        ("BRANCH_LT", _) => (MathF.BitDecrement(threshold), false),
        ("BRANCH_GTE", _) => (MathF.BitDecrement(threshold), true),
        _ => null,
    };

    private TreePlace WithMasks(TreePlace place, TreeShape shape)
    {
        var (first, splits) = (_words.Count, _splits.Count);
        for (var word = 0; word * LeafMasks.WordLeaves < shape.Leaves; word++)
        {
            var from = _splits.Count;
            AddSplits(place.Root, shape, word, missingIsRight: true);
            var missingLeft = _splits.Count;
            AddSplits(place.Root, shape, word, missingIsRight: false);
            _words.Add(new MaskedWord(from, missingLeft, _splits.Count));
        }

        var least = (_splits.Count - splits + MaskCost) / Math.Max(1, shape.Depth);
        return place with { Word = first, Words = _words.Count - first, LeastMasked = least };
    }

    private void AddSplits(int start, TreeShape shape, int word, bool missingIsRight)
    {
        for (var node = 0; node < shape.FirstLeaf.Length; node++)
        {
            var split = _nodes[start + node];
            if (split.IsLeaf || _missingIsRight[start + node] != missingIsRight)
            {
                continue;
            }

            var right = LeafMasks.Without(word, shape.FirstLeaf[node], shape.FirstLeaf[node + split.Step + 1]);
            if (right is not uint.MaxValue)
            {
                _columns.TryAdd(split.Column, _columns.Count);
                _splits.Add(new MaskedSplit(split.Threshold, _columns[split.Column], right));
            }
        }
    }
}

/// <summary>Where the leaves of a tree lie below its nodes.</summary>
/// <param name="FirstLeaf">For each node the leftmost leaf that can be reached from it; of a leaf its own number.</param>
internal sealed record TreeShape(int[] FirstLeaf, int Leaves, int Depth)
{
    /// <param name="nodes">Breadth first.</param>
    public static TreeShape Of(List<WalkNode> nodes)
    {
        var (below, first, depth) = (new int[nodes.Count], new int[nodes.Count], new int[nodes.Count]);
        for (var node = nodes.Count - 1; node >= 0; node--)
        {
            var left = node + nodes[node].Step;
            below[node] = left == node ? 1 : below[left] + below[left + 1];
        }

        for (var node = 0; node < nodes.Count; node++)
        {
            var left = node + nodes[node].Step;
            if (left != node)
            {
                (first[left], first[left + 1]) = (first[node], first[node] + below[left]);
                depth[left] = depth[left + 1] = depth[node] + 1;
            }
        }

        return new TreeShape(first, below[0], depth.Max());
    }
}
