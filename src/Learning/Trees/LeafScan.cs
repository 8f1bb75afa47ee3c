namespace Mlops.Learning;

/// <summary>Counts the rows of leaves by bin and finds the best split of each.</summary>
/// <remarks>
/// Where there are enough rows, threads take blocks of them, each thread counting into a histogram of its own; when columns are searched,
/// those are added up. Not safe for concurrent use.
/// </remarks>
internal sealed class LeafScan
{
    // Below this many additions a second thread costs more than it does.
    private const int ParallelWork = 1 << 15;

    // So many derivatives stay in the cache of a core while one tile of columns after the other is counted.
    private const int MaxBlock = 1 << 13;

    private const int MinBlock = 1 << 10;

    // Pieces of a search per thread: enough for either to be done at about the same time.
    private const int PiecesPerThread = 4;

    private readonly BinnedMatrix _matrix;
    private readonly GrowthLimits _limits;
    private readonly int _threads;
    private readonly int _pieces;
    private readonly Split[] _smallSplits;
    private readonly Split[] _largeSplits;

    private readonly Stack<Histogram> _spare = new();
    private readonly Histogram?[] _shares;
    private readonly bool[] _hasShare;

    // What threads work on, and the work: made once, for a tree asks for it some sixty times.
    private readonly Action<int> _countShare;
    private readonly Action<int> _searchPiece;
    private LeafRule _rule;
    private Derivatives _derivatives;
    private LeafRows _rows = null!;
    private GrowingLeaf _small = null!;
    private GrowingLeaf? _large;
    private int _sharing;
    private int _nextRow;

    public LeafScan(BinnedMatrix matrix, GrowthLimits limits, int threads)
    {
        (_matrix, _limits, _threads) = (matrix, limits, threads);
        _pieces = Math.Min(matrix.Slots.Count, PiecesPerThread * threads);
        (_smallSplits, _largeSplits) = (new Split[matrix.Slots.Count], new Split[matrix.Slots.Count]);
        (_shares, _hasShare) = (new Histogram?[threads], new bool[threads]);
        (_countShare, _searchPiece) = (CountShare, SearchPiece);
    }

    /// <summary>How many leaves hold a histogram.</summary>
    public int Held { get; private set; }

    /// <summary>
    /// How many leaves may hold a histogram at a time: as many as together take half the room that the rows do in bins, but at least three.
    /// </summary>
    public int MostHeld => Math.Max(3, _matrix.Rows / (2 * Histogram.BytesPerColumn));

    /// <summary>Gives a leaf a histogram of its rows, finished when it is searched.</summary>
    public void Count(GrowingLeaf leaf, LeafRows rows, Derivatives derivatives, LeafRule rule)
    {
        leaf.Histogram = _spare.TryPop(out var spare) ? spare : new Histogram(_matrix.Slots.Count);
        Held++;
        _shares[0] = leaf.Histogram;
        (_small, _rows, _derivatives, _rule) = (leaf, rows, derivatives, rule);
        (_sharing, _nextRow) = (IsShared(leaf) ? _threads : 1, 0);
        Array.Clear(_hasShare);
        Chunks.Run(_sharing, _sharing, _countShare);
    }

    /// <summary>The sums of all rows of the leaf last counted: those of any column's bins together.</summary>
    public FixedSum Sum()
    {
        var sum = default(FixedSum);
        for (var share = 0; share < _sharing; share++)
        {
            foreach (var bin in _hasShare[share] ? _shares[share]!.Columns(0, 1) : [])
            {
                sum += bin;
            }
        }

        return sum;
    }

    /// <summary>Finds the best split of the leaf last counted.</summary>
    public void Search(GrowingLeaf leaf, LeafRule rule) => Search(leaf, null, rule);

    /// <summary>Finds the best splits of two siblings of which the smaller is the leaf last counted.</summary>
    /// <param name="larger">Holds what their parent counted, and then its own count.</param>
    public void Search(GrowingLeaf smaller, GrowingLeaf? larger, LeafRule rule)
    {
        (_small, _large, _rule) = (smaller, larger, rule);
        Chunks.Run(IsShared(smaller) ? _threads : 1, _pieces, _searchPiece);
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

    private void CountShare(int share)
    {
        var all = _rows.Of(_small).Span;
        var width = _rows.Room.Length / _sharing;
        var room = _rows.Room.Span.Slice(share * width, width);
        var block = Math.Clamp(all.Length / (PiecesPerThread * _sharing), MinBlock, MaxBlock);
        block = Math.Min(block, width / Derivatives.IntsPerRow);
        if (share is 0)
        {
            Begin(0);
        }

        for (int start; (start = Interlocked.Add(ref _nextRow, block) - block) < all.Length;)
        {
            var rows = all.Slice(start, Math.Min(block, all.Length - start));
            var derivatives = _derivatives.Gather(rows, _rule.Scale, room);
            var histogram = _hasShare[share] ? _shares[share]! : Begin(share);
            for (var tile = 0; tile < _matrix.Tiles; tile++)
            {
                var (first, count) = _matrix.SlotsOf(tile);
                Histogram.Accumulate(_matrix.Tile(tile), rows, derivatives, histogram.Columns(first, count), count);
            }
        }
    }

    private Histogram Begin(int share)
    {
        var histogram = _shares[share] ??= new Histogram(_matrix.Slots.Count);
        histogram.Clear();
        _hasShare[share] = true;
        return histogram;
    }

    private void SearchPiece(int piece)
    {
        var first = Chunks.Start(piece, _pieces, _matrix.Slots.Count);
        var count = Chunks.Start(piece + 1, _pieces, _matrix.Slots.Count) - first;
        var counted = _small.Histogram!.Columns(first, count);
        for (var share = 1; share < _sharing; share++)
        {
            if (_hasShare[share])
            {
                Histogram.Add(counted, _shares[share]!.Columns(first, count));
            }
        }

        SearchColumns(_small, first, counted, _smallSplits);
        if (_large is not null)
        {
            var derived = _large.Histogram!.Columns(first, count);
            Histogram.Subtract(derived, counted);
            SearchColumns(_large, first, derived, _largeSplits);
        }
    }

    private bool IsShared(GrowingLeaf leaf) => (long)leaf.Length * _matrix.Slots.Count >= ParallelWork;

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
