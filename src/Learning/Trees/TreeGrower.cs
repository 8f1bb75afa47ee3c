namespace Mlops.Learning;

/// <summary>A tree, and for each of its leaves the value and the rows in it.</summary>
internal sealed record GrownTree(Tree Tree, IReadOnlyList<GrownLeaf> Leaves);

/// <summary>A leaf of the tree last grown; its rows lie side by side in <see cref="TreeGrower.Rows"/>.</summary>
internal readonly record struct GrownLeaf(float Value, int Start, int Length);

/// <summary>Grows trees leaf by leaf, always splitting where the loss falls most.</summary>
/// <remarks>
/// Histogram-based growth after Ke et al., "LightGBM: A highly efficient gradient boosting decision tree", NeurIPS 2017: of two siblings
/// only the smaller is counted, the larger is the difference from the parent. Threads share the columns; each column is summed in row
/// order by one thread, so that the tree is the same for any number of them. Not safe for concurrent use.
/// </remarks>
internal sealed class TreeGrower
{
    // Below this many additions a second thread costs more than it does.
    private const int ParallelWork = 1 << 15;

    private readonly BinnedMatrix _matrix;
    private readonly GrowthLimits _limits;
    private readonly double _shrinkage;
    private readonly int _threads;
    private readonly int[] _columns;
    private readonly int[] _allRows;
    private readonly int[] _rows;
    private readonly int[] _setAside;
    private readonly float[] _gradients;
    private readonly float[] _hessians;
    private readonly Split[] _smallSplits;
    private readonly Split[] _largeSplits;
    private readonly Stack<GradientSum[]> _spareHistograms = new();
    private readonly PriorityQueue<Leaf, (double, int)> _open = new();
    private readonly List<Leaf> _closed = [];
    private readonly List<Node> _nodes = [];
    private readonly Action<int> _scanColumn;
    private Leaf _small = new();
    private Leaf? _large;

    /// <param name="rows">The rows to learn from, ascending.</param>
    /// <param name="shrinkage">The factor on leaf values.</param>
    public TreeGrower(BinnedMatrix matrix, int[] rows, GrowthLimits limits, double shrinkage, int threads)
    {
        (_matrix, _limits, _shrinkage, _threads, _allRows) = (matrix, limits, shrinkage, threads, rows);
        _columns = [.. Enumerable.Range(0, matrix.Columns.Length).Where(column => matrix.Columns[column].IsUsable)];
        _rows = new int[rows.Length];
        _setAside = new int[rows.Length];
        _gradients = new float[rows.Length];
        _hessians = new float[rows.Length];
        _smallSplits = new Split[_columns.Length];
        _largeSplits = new Split[_columns.Length];
        _scanColumn = ScanColumn;
        Gains = new double[matrix.Columns.Length];
    }

    /// <summary>The rows, those of a leaf side by side.</summary>
    public ReadOnlySpan<int> Rows => _rows;

    /// <summary>The gain of all splits so far, by column.</summary>
    public double[] Gains { get; }

    /// <param name="gradients">The first derivative of the loss at every row of the matrix.</param>
    /// <param name="hessians">Likewise the second.</param>
    public GrownTree Grow(ReadOnlySpan<float> gradients, ReadOnlySpan<float> hessians)
    {
        _nodes.Clear();
        _closed.Clear();
        _open.Clear();
        _allRows.CopyTo(_rows, 0);
        _nodes.Add(default);
        var root = new Leaf { Length = _rows.Length };
        GatherDerivatives(root, gradients, hessians);
        for (var i = 0; i < _rows.Length; i++)
        {
            root.Sum += new GradientSum(_gradients[i], _hessians[i], 1);
        }

        root.Histogram = RentHistogram();
        Scan(root, null);
        Offer(root);
        while (_open.TryDequeue(out var leaf, out _))
        {
            if (_closed.Count + _open.Count + 2 > _limits.MaxLeaves)
            {
                Close(leaf);
            }
            else
            {
                Divide(leaf, gradients, hessians);
            }
        }

        var leaves = _closed.ConvertAll(leaf => new GrownLeaf(_nodes[leaf.Node].Value, leaf.Start, leaf.Length));
        return new GrownTree(new Tree([.. _nodes]), leaves);
    }

    private void Divide(Leaf parent, ReadOnlySpan<float> gradients, ReadOnlySpan<float> hessians)
    {
        var split = parent.Best;
        var bins = _matrix.Columns[split.Column];
        Gains[split.Column] += split.Gain;
        Partition(parent, split);
        var left = new Leaf
        {
            Node = _nodes.Count,
            Start = parent.Start,
            Length = split.Left.Count,
            Depth = parent.Depth + 1,
            Sum = split.Left,
        };
        var right = new Leaf
        {
            Node = _nodes.Count + 1,
            Start = parent.Start + split.Left.Count,
            Length = parent.Length - split.Left.Count,
            Depth = parent.Depth + 1,
            Sum = parent.Sum - split.Left,
        };

        // With missing values on the right, all others may go left.
        var threshold = split.Bin < bins.Edges.Length ? bins.Edges[split.Bin] : float.PositiveInfinity;
        _nodes[parent.Node] = new Node(split.Column, threshold, split.MissingLeft, left.Node, right.Node, 0);
        _nodes.Add(default);
        _nodes.Add(default);

        var isLast = _closed.Count + _open.Count + 2 >= _limits.MaxLeaves;
        if (isLast || (!CanDivide(left) && !CanDivide(right)))
        {
            ReturnHistogram(parent);
        }
        else
        {
            var (small, large) = left.Length <= right.Length ? (left, right) : (right, left);
            small.Histogram = RentHistogram();
            (large.Histogram, parent.Histogram) = (parent.Histogram, null);
            GatherDerivatives(small, gradients, hessians);
            Scan(small, large);
        }

        Offer(left);
        Offer(right);
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
        _nodes[leaf.Node] = new Node(0, 0, false, 0, 0, (float)(_shrinkage * leaf.Sum.BestValue(_limits.L2)));
        _closed.Add(leaf);
    }

    private bool CanDivide(Leaf leaf) => leaf.Depth < _limits.MaxDepth && leaf.Length >= 2L * _limits.MinRows;

    private void GatherDerivatives(Leaf leaf, ReadOnlySpan<float> gradients, ReadOnlySpan<float> hessians)
    {
        for (var i = leaf.Start; i < leaf.Start + leaf.Length; i++)
        {
            _gradients[i] = gradients[_rows[i]];
            _hessians[i] = hessians[_rows[i]];
        }
    }

    /// <summary>Counts the small leaf, derives the large one if there is one, and finds the best split of each.</summary>
    private void Scan(Leaf small, Leaf? large)
    {
        (_small, _large) = (small, large);
        var isWorthSharing = (long)small.Length * _columns.Length >= ParallelWork;
        Chunks.Run(isWorthSharing ? _threads : 1, _columns.Length, _scanColumn);
        small.Best = First(_smallSplits);
        if (large is not null)
        {
            large.Best = First(_largeSplits);
        }
    }

    private void ScanColumn(int index)
    {
        var column = _columns[index];
        var bins = _matrix.Columns[column];
        var counted = _small.Histogram.AsSpan(_matrix.Offsets[column], bins.Width);
        counted.Clear();
        Histogram.Accumulate(
            _matrix[column],
            _rows.AsSpan(_small.Start, _small.Length),
            _gradients.AsSpan(_small.Start),
            _hessians.AsSpan(_small.Start),
            counted);
        _smallSplits[index] = CanDivide(_small) ? SplitSearch.Best(counted, bins, column, _small.Sum, _limits) : default;
        if (_large is not null)
        {
            var derived = _large.Histogram.AsSpan(_matrix.Offsets[column], bins.Width);
            Histogram.Subtract(derived, counted);
            _largeSplits[index] = CanDivide(_large) ? SplitSearch.Best(derived, bins, column, _large.Sum, _limits) : default;
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

    /// <summary>Puts the rows that go left before the others, keeping the order within both.</summary>
    private void Partition(Leaf leaf, Split split)
    {
        var bins = _matrix[split.Column];
        var missing = _matrix.Columns[split.Column].HasMissing ? _matrix.Columns[split.Column].Count : -1;
        var rows = _rows.AsSpan(leaf.Start, leaf.Length);
        var left = 0;
        var right = 0;
        foreach (var row in rows)
        {
            var bin = bins[row];
            var goesLeft = bin == missing ? split.MissingLeft : bin <= split.Bin;

            // Writing to both places and moving on in one needs no branch for the processor to guess wrongly.
            rows[left] = row;
            _setAside[right] = row;
            left += goesLeft ? 1 : 0;
            right += goesLeft ? 0 : 1;
        }

        _setAside.AsSpan(0, right).CopyTo(rows[left..]);
    }

    private GradientSum[] RentHistogram() => _spareHistograms.TryPop(out var spare) ? spare : new GradientSum[_matrix.Offsets[^1]];

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

        public GradientSum Sum { get; set; }

        public GradientSum[]? Histogram { get; set; }

        public Split Best { get; set; }
    }
}
