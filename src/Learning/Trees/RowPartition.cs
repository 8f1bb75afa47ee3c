using System.Runtime.CompilerServices;

namespace Mlops.Learning;

/// <summary>Puts the rows of a node that go left before the others, keeping the order within both.</summary>
internal static class RowPartition
{
    private const int BlockRows = 1 << 15;

    /// <param name="goesLeft">By what the column's slot has for a row: 1 if it goes left, else 0.</param>
    /// <param name="setAside">Room for as many rows.</param>
    /// <returns>How many rows go left.</returns>
    public static int Run(Memory<int> rows, Memory<int> setAside, BinnedMatrix matrix, int column, byte[] goesLeft, int threads)
    {
        if (rows.Length > BlockRows)
        {
            return RunInBlocks(rows, setAside, matrix, column, goesLeft, threads);
        }

        var left = Divide(rows.Span, setAside.Span, matrix.Stored(column), goesLeft);
        setAside.Span[..(rows.Length - left)].CopyTo(rows.Span[left..]);
        return left;
    }

    private static int RunInBlocks(
        Memory<int> rows, Memory<int> setAside, BinnedMatrix matrix, int column, byte[] goesLeft, int threads)
    {
        var blocks = (rows.Length + BlockRows - 1) / BlockRows;
        var lefts = new int[blocks];
        Chunks.Run(threads, blocks, block =>
        {
            var (start, end) = (Chunks.Start(block, blocks, rows.Length), Chunks.Start(block + 1, blocks, rows.Length));
            lefts[block] = Divide(rows.Span[start..end], setAside.Span[start..end], matrix.Stored(column), goesLeft);
        });

        // Lefts move up, block by block and never past what is still to move; then the rights follow.
        var next = 0;
        for (var block = 0; block < blocks; block++)
        {
            rows.Span.Slice(Chunks.Start(block, blocks, rows.Length), lefts[block]).CopyTo(rows.Span[next..]);
            next += lefts[block];
        }

        var allLeft = next;
        for (var block = 0; block < blocks; block++)
        {
            var start = Chunks.Start(block, blocks, rows.Length);
            var count = Chunks.Start(block + 1, blocks, rows.Length) - start - lefts[block];
            setAside.Span.Slice(start, count).CopyTo(rows.Span[next..]);
            next += count;
        }

        return allLeft;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Divide(Span<int> rows, Span<int> setAside, StoredBins stored, ReadOnlySpan<byte> goesLeft)
    {
        var left = 0;
        var right = 0;
        for (var i = 0; i < rows.Length; i++)
        {
            // Writing to both places and moving on in one needs no branch for the processor to guess wrongly.
            var row = rows[i];
            var isLeft = goesLeft[stored[row]];
            rows[left] = row;
            setAside[right] = row;
            left += isLeft;
            right += 1 - isLeft;
        }

        return left;
    }
}
