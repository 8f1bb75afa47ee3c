using System.Runtime.InteropServices;

namespace Mlops.Learning;

/// <summary>A tree, and for each of its leaves the value and the rows in it; the leaves are there until the next tree grows.</summary>
internal sealed record GrownTree(Tree Tree, IReadOnlyList<GrownLeaf> Leaves);

/// <summary>A leaf of the tree last grown; its rows lie side by side in <see cref="TreeGrower.Rows"/>.</summary>
internal readonly record struct GrownLeaf(float Value, int Start, int Length);

/// <summary>What a leaf is worth if not what its derivatives say: from its rows, before shrinkage. Called on several threads.</summary>
internal delegate double LeafValue(ReadOnlySpan<int> rows);

/// <summary>Grows trees leaf by leaf, always splitting where the loss falls most.</summary>
/// <remarks>
/// Histogram-based growth after Ke et al., "LightGBM: A highly efficient gradient boosting decision tree", NeurIPS 2017: of two siblings
/// only the smaller is counted, the larger is the difference from the parent. Threads share blocks of rows and columns; sums are in
/// whole numbers (<see cref="FixedSum"/>), so that the tree is the same for any number of them. Not safe for concurrent use.
/// </remarks>
/// <param name="weights">How much each row of the matrix counts in what a node covers; null if all count 1.</param>
/// <param name="shrinkage">The factor on leaf values.</param>
internal sealed class TreeGrower(BinnedMatrix matrix, double[]? weights, GrowthLimits limits, double shrinkage, int threads)
{
    private readonly LeafRows _rows = new(matrix, threads);
    private readonly LeafScan _scan = new(matrix, limits, threads);
    private readonly PriorityQueue<GrowingLeaf, (double, int)> _open = new();
    private readonly List<GrowingLeaf> _closed = [];
    private readonly List<Node> _nodes = [];
    private readonly List<GrowingLeaf> _leaves = [];
    private readonly List<GrownLeaf> _grown = [];
    private int _begun;
    private Action<int>? _closeNode;
    private Derivatives _derivatives;
    private LeafValue? _leafValue;
    private LeafRule _rule;

    /// <summary>The rows of the tree last grown, those of a leaf side by side.</summary>
    public ReadOnlySpan<int> Rows => _rows.All.Span;

    /// <summary>The gain of all splits so far, by column.</summary>
    public double[] Gains { get; } = new double[matrix.Columns.Length];

    /// <param name="gradients">The first derivative of the loss at every row of the matrix.</param>
    /// <param name="hessians">Likewise the second; not negative.</param>
    /// <param name="sample">The rows to learn from, ascending; null for all.</param>
    /// <param name="columns">Which columns may decide; null for all.</param>
    /// <param name="random">Draws the columns of each node, where limits ask for it.</param>
    /// <param name="leafValue">If given, says what leaves are worth.</param>
    public GrownTree Grow(
        ReadOnlyMemory<float> gradients,
        ReadOnlyMemory<float> hessians,
        int[]? sample = null,
        bool[]? columns = null,
        DeterministicRandom? random = null,
        LeafValue? leafValue = null)
    {
        _nodes.Clear();
        _closed.Clear();
        _open.Clear();
        _rows.Begin(sample);
        _derivatives = new Derivatives(gradients, hessians);
        _rule = new LeafRule(limits, _derivatives.Scale(_rows.All, threads));
        _nodes.Add(default);
        _begun = 0;
        var root = Begin(0, 0, _rows.All.Length, 0, default, ValueBounds.None);
        root.Columns = Draw(columns, random);
        Count(root);
        root.Sum = _scan.Sum();
        _scan.Search(root, _rule);
        Offer(root);
        while (_open.TryDequeue(out var leaf, out _))
        {
            if (_closed.Count + _open.Count + 2 > limits.MaxLeaves)
            {
                Close(leaf);
            }
            else
            {
                Divide(leaf, columns, random);
            }
        }

        return Finish(leafValue);
    }

    private void Divide(GrowingLeaf parent, bool[]? columns, DeterministicRandom? random)
    {
        var split = parent.Best;
        Gains[split.Column] += split.Gain;
        var lefts = _rows.Divide(parent, split);
        var (leftBounds, rightBounds) = BoundsBelow(parent, split);
        var depth = parent.Depth + 1;
        var left = Begin(_nodes.Count, parent.Start, lefts, depth, split.Left, leftBounds);
        var right = Begin(
            _nodes.Count + 1, parent.Start + lefts, parent.Length - lefts, depth, parent.Sum - split.Left, rightBounds);
        _nodes[parent.Node] = new Node
        {
            Column = split.Column,
            Bin = (byte)split.Bin,
            MissingLeft = split.MissingLeft,
            Categories = split.Categories,
            Left = left.Node,
            Right = right.Node,
        };
        _nodes.Add(default);
        _nodes.Add(default);

        var isLast = _closed.Count + _open.Count + 2 >= limits.MaxLeaves;
        if (isLast || (!_scan.CanDivide(left) && !_scan.CanDivide(right)))
        {
            _scan.Release(parent);
        }
        else
        {
            (left.Columns, right.Columns) = (Draw(columns, random), Draw(columns, random));
            var (small, large) = left.Length <= right.Length ? (left, right) : (right, left);
            Measure(parent, small, large);
        }

        Offer(left);
        Offer(right);
    }

    private GrowingLeaf Begin(int node, int start, int length, int depth, FixedSum sum, ValueBounds bounds)
    {
        if (_begun == _leaves.Count)
        {
            _leaves.Add(new GrowingLeaf());
        }

        var leaf = _leaves[_begun++];
        leaf.Begin(node, start, length, depth, sum, bounds);
        return leaf;
    }

    /// <summary>Finds the best splits of two siblings.</summary>
    private void Measure(GrowingLeaf parent, GrowingLeaf small, GrowingLeaf large)
    {
        Count(small);
        if (parent.Histogram is null)
        {
            _scan.Search(small, _rule);
            Count(large);
            _scan.Search(large, _rule);
        }
        else
        {
            (large.Histogram, parent.Histogram) = (parent.Histogram, null);
            _scan.Search(small, large, _rule);
        }
    }

    /// <summary>Counts a leaf; if too many hold a count by then, the one that would be divided last is to be counted again.</summary>
    private void Count(GrowingLeaf leaf)
    {
        if (_scan.Held >= _scan.MostHeld)
        {
            GrowingLeaf? last = null;
            foreach (var (open, _) in _open.UnorderedItems)
            {
                last = open.Histogram is not null && !(last?.Best.Gain < open.Best.Gain) ? open : last;
            }

            _scan.Release(last);
        }

        _scan.Count(leaf, _rows, _derivatives, _rule);
    }

    private (ValueBounds Left, ValueBounds Right) BoundsBelow(GrowingLeaf parent, Split split)
    {
        var bounds = parent.Bounds;
        if (limits.Monotone is not { } directions || directions[split.Column] is 0)
        {
            return (bounds, bounds);
        }

        var middle = (_rule.Value(split.Left, bounds) + _rule.Value(parent.Sum - split.Left, bounds)) / 2;
        var (below, above) = (bounds with { High = middle }, bounds with { Low = middle });
        return directions[split.Column] > 0 ? (below, above) : (above, below);
    }

    /// <summary>Makes a leaf a candidate for division if there is a gain in it.</summary>
    private void Offer(GrowingLeaf leaf)
    {
        if (leaf.Best.Gain > 0)
        {
            _open.Enqueue(leaf, (-leaf.Best.Gain, leaf.Node));
        }
        else
        {
            Close(leaf);
        }
    }

    private void Close(GrowingLeaf leaf)
    {
        _scan.Release(leaf);
        _closed.Add(leaf);
    }

    /// <summary>The columns that a node may choose from.</summary>
    private bool[]? Draw(bool[]? columns, DeterministicRandom? random) =>
        limits.ColumnsByNode < 1 && random is not null
            ? Sampling.Columns(matrix, columns, limits.ColumnsByNode, random)
            : columns;

    private GrownTree Finish(LeafValue? leafValue)
    {
        _leafValue = leafValue;
        Chunks.Run(leafValue is null ? 1 : threads, _closed.Count, _closeNode ??= CloseNode);
        var nodes = _nodes.ToArray();
        for (var i = nodes.Length - 1; i >= 0; i--)
        {
            var node = nodes[i];
            nodes[i] = node.IsLeaf ? node : node with { Cover = nodes[node.Left].Cover + nodes[node.Right].Cover };
        }

        _grown.Clear();
        foreach (var leaf in _closed)
        {
            _grown.Add(new GrownLeaf(nodes[leaf.Node].Value, leaf.Start, leaf.Length));
        }

        return new GrownTree(new Tree(nodes, matrix.Columns), _grown);
    }

    private void CloseNode(int index)
    {
        var leaf = _closed[index];
        var rows = _rows.Of(leaf).Span;
        var value = _leafValue is null ? _rule.Value(leaf.Sum, leaf.Bounds) : leaf.Bounds.Clip(_leafValue(rows));
        CollectionsMarshal.AsSpan(_nodes)[leaf.Node] = new Node { Value = (float)(shrinkage * value), Cover = Cover(rows) };
    }

    private float Cover(ReadOnlySpan<int> rows)
    {
        if (weights is null)
        {
            return rows.Length;
        }

        double sum = 0;
        foreach (var row in rows)
        {
            sum += weights[row];
        }

        return (float)sum;
    }
}
