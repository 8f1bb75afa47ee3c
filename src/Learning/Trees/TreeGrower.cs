using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Mlops.Learning;

/// <summary>A tree, and for each of its leaves the value and the rows in it.</summary>
internal sealed record GrownTree(Tree Tree, IReadOnlyList<GrownLeaf> Leaves);

/// <summary>A leaf of the tree last grown; its rows lie side by side in <see cref="TreeGrower.Rows"/>.</summary>
internal readonly record struct GrownLeaf(float Value, int Start, int Length);

/// <summary>What a leaf is worth if not what its derivatives say: from its rows, before shrinkage. Called on several threads.</summary>
internal delegate double LeafValue(ReadOnlySpan<int> rows);

/// <summary>Grows trees leaf by leaf, always splitting where the loss falls most.</summary>
/// <remarks>
/// Histogram-based growth after Ke et al., "LightGBM: A highly efficient gradient boosting decision tree", NeurIPS 2017: of two siblings
/// only the smaller is counted, the larger is the difference from the parent. Threads share tiles of columns and blocks of rows; sums
/// are in whole numbers (<see cref="FixedSum"/>), so that the tree is the same for any number of them. Not safe for concurrent use.
/// </remarks>
/// <param name="weights">How much each row of the matrix counts in what a node covers; null if all count 1.</param>
/// <param name="shrinkage">The factor on leaf values.</param>
internal sealed class TreeGrower(BinnedMatrix matrix, double[]? weights, GrowthLimits limits, double shrinkage, int threads)
{
    // Below this many additions a second thread costs more than it does.
    private const int ParallelWork = 1 << 15;

    private const int ChunkRows = 1 << 14;

    private readonly int[] _rows = new int[matrix.Rows];
    private readonly int[] _setAside = new int[matrix.Rows];
    private readonly Vector128<long>[] _derivatives = new Vector128<long>[matrix.Rows];
    private readonly Split[] _smallSplits = new Split[matrix.Usable.Length];
    private readonly Split[] _largeSplits = new Split[matrix.Usable.Length];
    private readonly byte[] _goesLeft = new byte[Histogram.Stride];
    private readonly Stack<Histogram> _spareHistograms = new();
    private readonly PriorityQueue<Leaf, (double, int)> _open = new();
    private readonly List<Leaf> _closed = [];
    private readonly List<Node> _nodes = [];
    private Vector128<long>[] _gathered = [];
    private LeafRule _rule;
    private int _length;

    /// <summary>The rows of the tree last grown, those of a leaf side by side.</summary>
    public ReadOnlySpan<int> Rows => _rows.AsSpan(0, _length);

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
        var root = Plant(gradients, hessians, sample);
        root.Columns = Draw(columns, random);
        root.Histogram = RentHistogram();
        Scan(root, null, sample is null ? _derivatives : Gather(root));
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

    /// <summary>Sets up rows and fixed-point derivatives, and sums them.</summary>
    private Leaf Plant(ReadOnlyMemory<float> gradients, ReadOnlyMemory<float> hessians, int[]? sample)
    {
        _length = sample?.Length ?? matrix.Rows;
        var chunks = (_length + ChunkRows - 1) / ChunkRows;
        var magnitudes = new (double Gradient, double Hessian)[chunks];
        Chunks.Run(threads, chunks, chunk =>
        {
            double gradient = 0;
            double hessian = 0;
            var firsts = gradients.Span;
            var seconds = hessians.Span;
            for (var i = Chunks.Start(chunk, chunks, _length); i < Chunks.Start(chunk + 1, chunks, _length); i++)
            {
                var row = sample is null ? i : sample[i];
                _rows[i] = row;
                gradient += Math.Abs(firsts[row]);
                hessian += seconds[row];
            }

            magnitudes[chunk] = (gradient, hessian);
        });
        _rule = new LeafRule(limits, new FixedPoint(_length, magnitudes.Sum(sum => sum.Gradient), magnitudes.Sum(sum => sum.Hessian)));

        var sums = new FixedSum[chunks];
        Chunks.Run(threads, chunks, chunk =>
        {
            var sum = Vector128<long>.Zero;
            var firsts = gradients.Span;
            var seconds = hessians.Span;
            var scale = _rule.Scale;
            for (var i = Chunks.Start(chunk, chunks, _length); i < Chunks.Start(chunk + 1, chunks, _length); i++)
            {
                var row = _rows[i];
                sum += _derivatives[row] = scale.Row(firsts[row], seconds[row]);
            }

            sums[chunk] = new FixedSum(sum[0], sum[1]);
        });
        _nodes.Add(default);
        return new Leaf { Length = _length, Sum = sums.Aggregate((left, right) => left + right), Bounds = ValueBounds.None };
    }

    private void Divide(Leaf parent, bool[]? columns, DeterministicRandom? random)
    {
        var split = parent.Best;
        Gains[split.Column] += split.Gain;
        var lefts = Partition(parent, split);
        var (leftBounds, rightBounds) = BoundsBelow(parent, split);
        var left = new Leaf
        {
            Node = _nodes.Count,
            Start = parent.Start,
            Length = lefts,
            Depth = parent.Depth + 1,
            Sum = split.Left,
            Bounds = leftBounds,
        };
        var right = new Leaf
        {
            Node = _nodes.Count + 1,
            Start = parent.Start + lefts,
            Length = parent.Length - lefts,
            Depth = parent.Depth + 1,
            Sum = parent.Sum - split.Left,
            Bounds = rightBounds,
        };
        var edges = matrix.Columns[split.Column].Edges;
        _nodes[parent.Node] = new Node
        {
            Column = split.Column,
            Bin = (byte)split.Bin,

            // With missing values on the right, all others may go left.
            Threshold = split.Bin < edges.Length ? edges[split.Bin] : float.PositiveInfinity,
            MissingLeft = split.MissingLeft,
            Categories = split.Categories,
            Left = left.Node,
            Right = right.Node,
        };
        _nodes.Add(default);
        _nodes.Add(default);

        var isLast = _closed.Count + _open.Count + 2 >= limits.MaxLeaves;
        if (isLast || (!CanDivide(left) && !CanDivide(right)))
        {
            ReturnHistogram(parent);
        }
        else
        {
            (left.Columns, right.Columns) = (Draw(columns, random), Draw(columns, random));
            var (small, large) = left.Length <= right.Length ? (left, right) : (right, left);
            small.Histogram = RentHistogram();
            (large.Histogram, parent.Histogram) = (parent.Histogram, null);
            Scan(small, large, Gather(small));
        }

        Offer(left);
        Offer(right);
    }

    private (ValueBounds Left, ValueBounds Right) BoundsBelow(Leaf parent, Split split)
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
    private void Offer(Leaf leaf)
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

    private void Close(Leaf leaf)
    {
        ReturnHistogram(leaf);
        _closed.Add(leaf);
    }

    private bool CanDivide(Leaf leaf) => leaf.Depth < limits.MaxDepth && leaf.Length >= 2L * limits.MinRows;

    /// <summary>The derivatives of a leaf's rows side by side.</summary>
    private Vector128<long>[] Gather(Leaf leaf)
    {
        // It is the smaller of two siblings, unless it is a sample of all rows.
        if (_gathered.Length < leaf.Length)
        {
            _gathered = new Vector128<long>[Math.Max(leaf.Length, matrix.Rows / 2)];
        }

        var chunks = (leaf.Length + ChunkRows - 1) / ChunkRows;
        Chunks.Run(threads, chunks, chunk =>
        {
            var (start, end) = (Chunks.Start(chunk, chunks, leaf.Length), Chunks.Start(chunk + 1, chunks, leaf.Length));
            var rows = _rows.AsSpan(leaf.Start + start, end - start);
            var target = _gathered.AsSpan(start, rows.Length);
            for (var i = 0; i < rows.Length; i++)
            {
                target[i] = _derivatives[rows[i]];
            }
        });
        return _gathered;
    }

    /// <summary>Counts the small leaf, derives the large one if there is one, and finds the best split of each.</summary>
    private void Scan(Leaf small, Leaf? large, Vector128<long>[] derivatives)
    {
        var isWorthSharing = (long)small.Length * matrix.Usable.Length >= ParallelWork;
        Chunks.Run(isWorthSharing ? threads : 1, matrix.Tiles, tile => ScanTile(tile, small, large, derivatives));
        small.Best = First(_smallSplits);
        if (large is not null)
        {
            large.Best = First(_largeSplits);
        }
    }

    private void ScanTile(int tile, Leaf small, Leaf? large, Vector128<long>[] derivatives)
    {
        var (first, count) = matrix.Slots(tile);
        var counted = small.Histogram!.Columns(first, count);
        counted.Clear();
        Histogram.Accumulate(
            matrix.Tile(tile), _rows.AsSpan(small.Start, small.Length), derivatives.AsSpan(0, small.Length), counted, count);
        Search(small, first, counted, _smallSplits);
        if (large is not null)
        {
            var derived = large.Histogram!.Columns(first, count);
            Histogram.Subtract(derived, counted);
            Search(large, first, derived, _largeSplits);
        }
    }

    private void Search(Leaf leaf, int firstSlot, ReadOnlySpan<FixedSum> bins, Split[] splits)
    {
        var canDivide = CanDivide(leaf);
        for (var slot = firstSlot; bins.Length > 0; slot++, bins = bins[Histogram.Stride..])
        {
            var column = matrix.Usable[slot];
            splits[slot] = canDivide && leaf.Columns?[column] is not false
                ? SplitSearch.Best(bins, matrix.Columns[column], column, leaf.Sum, leaf.Bounds, _rule)
                : default;
        }
    }

    private static Split First(Split[] splits)
    {
        var best = splits[0];
        foreach (ref readonly var split in splits.AsSpan())
        {
            if (split.Gain > best.Gain)
            {
                best = split;
            }
        }

        return best;
    }

    private int Partition(Leaf leaf, Split split)
    {
        var column = matrix.Columns[split.Column];
        for (var bin = 0; bin < _goesLeft.Length; bin++)
        {
            var isLeft = bin == column.MissingBin ? split.MissingLeft : split.Categories?.Contains(bin) ?? bin <= split.Bin;
            _goesLeft[bin] = isLeft ? (byte)1 : (byte)0;
        }

        return RowPartition.Run(
            _rows.AsMemory(leaf.Start, leaf.Length), _setAside.AsMemory(leaf.Start, leaf.Length), matrix, split.Column, _goesLeft, threads);
    }

    /// <summary>The columns that a node may choose from.</summary>
    private bool[]? Draw(bool[]? columns, DeterministicRandom? random) =>
        limits.ColumnsByNode < 1 && random is not null
            ? Sampling.Columns(matrix, columns, limits.ColumnsByNode, random)
            : columns;

    private GrownTree Finish(LeafValue? leafValue)
    {
        Chunks.Run(leafValue is null ? 1 : threads, _closed.Count, index =>
        {
            var leaf = _closed[index];
            var rows = _rows.AsSpan(leaf.Start, leaf.Length);
            var value = leafValue is null ? _rule.Value(leaf.Sum, leaf.Bounds) : leaf.Bounds.Clip(leafValue(rows));
            CollectionsMarshal.AsSpan(_nodes)[leaf.Node] = new Node { Value = (float)(shrinkage * value), Cover = Cover(rows) };
        });
        var nodes = _nodes.ToArray();
        for (var i = nodes.Length - 1; i >= 0; i--)
        {
            var node = nodes[i];
            nodes[i] = node.IsLeaf ? node : node with { Cover = nodes[node.Left].Cover + nodes[node.Right].Cover };
        }

        var leaves = _closed.ConvertAll(leaf => new GrownLeaf(nodes[leaf.Node].Value, leaf.Start, leaf.Length));
        return new GrownTree(new Tree(nodes, matrix.Columns), leaves);
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

    private Histogram RentHistogram() => _spareHistograms.TryPop(out var spare) ? spare : new Histogram(matrix.Usable.Length);

    private void ReturnHistogram(Leaf leaf)
    {
        if (leaf.Histogram is { } histogram)
        {
            _spareHistograms.Push(histogram);
            leaf.Histogram = null;
        }
    }

    private sealed class Leaf
    {
        public int Node { get; init; }

        public int Start { get; init; }

        public int Length { get; init; }

        public int Depth { get; init; }

        public FixedSum Sum { get; init; }

        public ValueBounds Bounds { get; init; }

        public bool[]? Columns { get; set; }

        public Histogram? Histogram { get; set; }

        public Split Best { get; set; }
    }
}
