using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Mlops.Learning;

/// <summary>The rows that a tree is grown on, those of a leaf side by side and ascending.</summary>
/// <remarks>
/// What is set aside while a leaf is divided and the derivatives that are gathered while one is counted are never needed at the same time:
/// they share their room, four bytes a row.
/// </remarks>
internal sealed class LeafRows(BinnedMatrix matrix, int threads)
{
    // Derivatives of more rows at a time would not stay in the cache of a core.
    private const int MaxBlock = 1 << 15;
    private const int MinBlock = 1 << 10;

    private readonly int[] _rows = new int[matrix.Rows];
    private readonly int[] _room = new int[Math.Max(matrix.Rows, MinBlock * Derivatives.IntsPerRow)];
    private readonly byte[] _goesLeft = new byte[Histogram.Stride];
    private int _length;

    public ReadOnlyMemory<int> All => _rows.AsMemory(0, _length);

    /// <summary>Of how many rows the derivatives have room at a time.</summary>
    public int Block => Math.Min(MaxBlock, _room.Length / Derivatives.IntsPerRow);

    /// <summary>Room for the derivatives of a <see cref="Block"/> of rows; whatever is in it is gone after a <see cref="Divide"/>.</summary>
    public Memory<int> Room => _room;

    public static Span<Vector128<long>> AsDerivatives(Span<int> room) => MemoryMarshal.Cast<int, Vector128<long>>(room);

    public static ReadOnlySpan<Vector128<long>> AsDerivatives(ReadOnlySpan<int> room) => MemoryMarshal.Cast<int, Vector128<long>>(room);

    /// <param name="sample">The rows to learn from, ascending; null for all.</param>
    public void Begin(int[]? sample)
    {
        _length = sample?.Length ?? matrix.Rows;
        if (sample is not null)
        {
            sample.CopyTo(_rows, 0);
            return;
        }

        for (var row = 0; row < _rows.Length; row++)
        {
            _rows[row] = row;
        }
    }

    public ReadOnlyMemory<int> Of(GrowingLeaf leaf) => _rows.AsMemory(leaf.Start, leaf.Length);

    /// <summary>Puts the rows of a leaf that go left before the others.</summary>
    /// <returns>How many they are.</returns>
    public int Divide(GrowingLeaf leaf, Split split)
    {
        var column = matrix.Columns[split.Column];
        for (var stored = 0; stored < _goesLeft.Length; stored++)
        {
            var bin = matrix.BinOf(split.Column, stored);
            var isLeft = bin == column.MissingBin ? split.MissingLeft : split.Categories?.Contains(bin) ?? bin <= split.Bin;
            _goesLeft[stored] = isLeft ? (byte)1 : (byte)0;
        }

        var rows = _rows.AsMemory(leaf.Start, leaf.Length);
        return RowPartition.Run(rows, _room.AsMemory(leaf.Start, leaf.Length), matrix, split.Column, _goesLeft, threads);
    }
}
