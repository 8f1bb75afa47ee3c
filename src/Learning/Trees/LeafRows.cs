namespace Mlops.Learning;

/// <summary>The rows that a tree is grown on, those of a leaf side by side and ascending.</summary>
/// <remarks>
/// What is set aside while a leaf is divided and the derivatives that are gathered while one is counted are never needed at the same time:
/// they share their room, four bytes a row.
/// </remarks>
internal sealed class LeafRows
{
    private const int MinRoom = 1 << 12;

    private readonly BinnedMatrix _matrix;
    private readonly int _threads;
    private readonly Memory<int> _rows;
    private readonly byte[] _goesLeft = new byte[Histogram.Stride];
    private int _length;

    public LeafRows(BinnedMatrix matrix, int threads)
    {
        (_matrix, _threads) = (matrix, threads);
        var room = matrix.TakeRoom().AsMemory();
        _rows = room[..matrix.Rows];
        Room = matrix.Rows >= MinRoom * threads ? room[matrix.Rows..] : new int[MinRoom * threads];
    }

    public ReadOnlyMemory<int> All => _rows[.._length];

    /// <summary>Room for derivatives; whatever is in it is gone after a <see cref="Divide"/>.</summary>
    public Memory<int> Room { get; }

    /// <param name="sample">The rows to learn from, ascending; null for all.</param>
    public void Begin(int[]? sample)
    {
        _length = sample?.Length ?? _matrix.Rows;
        var rows = _rows.Span;
        if (sample is not null)
        {
            sample.CopyTo(rows);
            return;
        }

        for (var row = 0; row < rows.Length; row++)
        {
            rows[row] = row;
        }
    }

    public ReadOnlyMemory<int> Of(GrowingLeaf leaf) => _rows.Slice(leaf.Start, leaf.Length);

    /// <summary>Puts the rows of a leaf that go left before the others.</summary>
    /// <returns>How many they are.</returns>
    public int Divide(GrowingLeaf leaf, Split split)
    {
        var column = _matrix.Columns[split.Column];
        for (var stored = 0; stored < _goesLeft.Length; stored++)
        {
            var bin = _matrix.BinOf(split.Column, stored);
            var isLeft = bin == column.MissingBin ? split.MissingLeft : split.Categories?.Contains(bin) ?? bin <= split.Bin;
            _goesLeft[stored] = isLeft ? (byte)1 : (byte)0;
        }

        var rows = _rows.Slice(leaf.Start, leaf.Length);
        return RowPartition.Run(rows, Room[..leaf.Length], _matrix, split.Column, _goesLeft, _threads);
    }
}
