namespace Mlops.Learning;

/// <summary>Counts the rows of leaves by bin and finds the best split of each.</summary>
/// <remarks>Threads share tiles of columns and blocks of rows. Not safe for concurrent use.</remarks>
internal sealed class LeafScan
{
    // Below this many additions a second thread costs more than it does.
    private const int ParallelWork = 1 << 15;

    private readonly BinnedMatrix _matrix;
    private readonly GrowthLimits _limits;
    private readonly int _threads;
    private readonly Split[] _smallSplits;
    private readonly Split[] _largeSplits;

    private readonly Stack<Histogram> _spare = new();

    // What threads work on, and the work: made once, for a tree asks for it some sixty times.
    private readonly Action<int> _countTile;
    private readonly Action<int> _searchTile;
    private LeafRule _rule;
    private GrowingLeaf _small = null!;
    private GrowingLeaf? _large;
    private ReadOnlyMemory<int> _block;
    private ReadOnlyMemory<int> _derivatives;

    public LeafScan(BinnedMatrix matrix, GrowthLimits limits, int threads)
    {
        (_matrix, _limits, _threads) = (matrix, limits, threads);
        (_smallSplits, _largeSplits) = (new Split[matrix.Slots.Count], new Split[matrix.Slots.Count]);
        (_countTile, _searchTile) = (CountTile, SearchTile);
    }

    /// <summary>How many leaves hold a histogram.</summary>
    public int Held { get; private set; }

    /// <summary>
    /// How many leaves may hold a histogram at a time: as many as together take no more room than the rows do in bins, but at least four.
    /// </summary>
    public int MostHeld => Math.Max(4, _matrix.Rows / Histogram.BytesPerColumn);

    /// <summary>Gives a leaf a histogram of its rows.</summary>
    public void Count(GrowingLeaf leaf, LeafRows rows, Derivatives derivatives, FixedPoint scale)
    {
        leaf.Histogram = _spare.TryPop(out var spare) ? spare : new Histogram(_matrix.Slots.Count);
        leaf.Histogram.Clear();
        Held++;
        (_small, _derivatives) = (leaf, rows.Room);
        for (var start = 0; start < leaf.Length; start += rows.Block)
        {
            _block = rows.Of(leaf).Slice(start, Math.Min(rows.Block, leaf.Length - start));
            derivatives.Gather(_block, scale, rows.Room, Sharing(leaf));
            Chunks.Run(Sharing(leaf), _matrix.Tiles, _countTile);
        }
    }

    /// <summary>The sums of all rows of a leaf that has been counted: those of any column's bins together.</summary>
    public static FixedSum Sum(GrowingLeaf leaf)
    {
        var sum = default(FixedSum);
        foreach (var bin in leaf.Histogram!.Columns(0, 1))
        {
            sum += bin;
        }

        return sum;
    }

    /// <summary>Finds the best split of a leaf that has been counted.</summary>
    public void Search(GrowingLeaf leaf, LeafRule rule) => Search(leaf, null, rule);

    /// <summary>Finds the best splits of two siblings of which the smaller has been counted.</summary>
    /// <param name="larger">Holds what their parent counted, and then its own count.</param>
    public void Search(GrowingLeaf smaller, GrowingLeaf? larger, LeafRule rule)
    {
        (_small, _large, _rule) = (smaller, larger, rule);
        Chunks.Run(Sharing(smaller), _matrix.Tiles, _searchTile);
        smaller.Best = First(_smallSplits);
        if (larger is not null)
        {
            larger.Best = First(_largeSplits);
        }
    }

    public bool CanDivide(GrowingLeaf leaf) => leaf.Depth < _limits.MaxDepth && leaf.Length >= 2L * _limits.MinRows;

    /// <summary>Takes back the histogram of a leaf that is not going to be divided, or not soon.</summary>
    public void Release(GrowingLeaf? leaf)
    {
        if (leaf?.Histogram is { } histogram)
        {
            _spare.Push(histogram);
            leaf.Histogram = null;
            Held--;
        }
    }

    private void CountTile(int tile)
    {
        var (first, count) = _matrix.SlotsOf(tile);
        var derivatives = LeafRows.AsDerivatives(_derivatives.Span);
        Histogram.Accumulate(_matrix.Tile(tile), _block.Span, derivatives, _small.Histogram!.Columns(first, count), count);
    }

    private void SearchTile(int tile)
    {
        var (first, count) = _matrix.SlotsOf(tile);
        var counted = _small.Histogram!.Columns(first, count);
        SearchColumns(_small, first, counted, _smallSplits);
        if (_large is not null)
        {
            var derived = _large.Histogram!.Columns(first, count);
            Histogram.Subtract(derived, counted);
            SearchColumns(_large, first, derived, _largeSplits);
        }
    }

    private int Sharing(GrowingLeaf leaf) => (long)leaf.Length * _matrix.Slots.Count >= ParallelWork ? _threads : 1;

    private void SearchColumns(GrowingLeaf leaf, int firstSlot, ReadOnlySpan<FixedSum> bins, Split[] splits)
    {
        var canDivide = CanDivide(leaf);
        scoped Span<FixedSum> two = stackalloc FixedSum[2];
        for (var slot = firstSlot; bins.Length > 0; slot++, bins = bins[Histogram.Stride..])
        {
            splits[slot] = default;
            var columns = _matrix.Slots[slot];
            for (var i = 0; canDivide && i < columns.Length; i++)
            {
                if (leaf.Columns?[columns[i]] is false)
                {
                    continue;
                }

                if (columns.Length > 1)
                {
                    // Of columns that share a slot one is 1 in the rows of its bin, and 0 in all others.
                    (two[0], two[1]) = (leaf.Sum - bins[i + 1], bins[i + 1]);
                }

                scoped var own = columns.Length > 1 ? two : bins;
                var split = SplitSearch.Best(own, _matrix.Columns[columns[i]], columns[i], leaf.Sum, leaf.Bounds, _rule);
                splits[slot] = split.Gain > splits[slot].Gain ? split : splits[slot];
            }
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
}
