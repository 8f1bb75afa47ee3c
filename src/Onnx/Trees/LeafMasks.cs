using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Mlops.Onnx;

/// <summary>Finds the leaves that a block of rows reaches by asking all questions of a tree at once, without a branch.</summary>
/// <remarks>
/// Each leaf is a bit, the leftmost one the lowest. A split that sends a row to the right rules out the leaves on its left; the lowest
/// bit that is left after all splits is the row's leaf (QuickScorer: Lucchese et al., SIGIR 2015). Rows lie in the lanes of vectors.
/// </remarks>
internal static class LeafMasks
{
    /// <summary>The rows of a block.</summary>
    public const int Rows = 32;

    /// <summary>The leaves of a word.</summary>
    public const int WordLeaves = 32;

    private const int FloatFraction = 23;
    private const int FloatExponent = 0xFF;
    private const int FloatBias = 127;

    /// <summary>All leaves of a word except those from one to before another, counted from the first word's first.</summary>
    public static uint Without(int word, int first, int end)
    {
        var (from, to) = (Math.Clamp(first - (word * WordLeaves), 0, WordLeaves), Math.Clamp(end - (word * WordLeaves), 0, WordLeaves));
        return ~(uint)((1UL << to) - (1UL << from));
    }

    /// <summary>Lays rows out column by column, <see cref="Rows"/> values each; rows that there are not repeat the last.</summary>
    /// <param name="rows">Row-major.</param>
    /// <param name="width">How many columns a row has.</param>
    /// <param name="columns">Those to take.</param>
    public static void Turn(ReadOnlySpan<float> rows, int width, ReadOnlySpan<int> columns, Span<float> block)
    {
        var last = rows.Length - width;
        for (var row = 0; row < Rows; row++)
        {
            var values = rows.Slice(Math.Min(row * width, last), width);
            for (var i = 0; i < columns.Length; i++)
            {
                block[(i * Rows) + row] = values[columns[i]];
            }
        }
    }

    /// <summary>The number of the leaf that each row of a block reaches in one tree.</summary>
    /// <param name="leaves">As many as <see cref="Rows"/>.</param>
    public static void Find(TreeTables tables, in TreePlace tree, ReadOnlySpan<float> block, Span<int> leaves)
    {
        for (var word = tree.Words - 1; word >= 0; word--)
        {
            FindIn(word, tables.Splits, tables.Words[tree.Word + word], ref MemoryMarshal.GetReference(block), leaves[..Rows]);
        }
    }

    private static void FindIn(int number, MaskedSplit[] splits, MaskedWord word, ref float block, Span<int> leaves)
    {
        var (a, b, c, d) = (Vector256<uint>.AllBitsSet, Vector256<uint>.AllBitsSet, Vector256<uint>.AllBitsSet, Vector256<uint>.AllBitsSet);
        foreach (ref readonly var split in splits.AsSpan(word.Start, word.MissingLeft - word.Start))
        {
            var (threshold, right) = (Vector256.Create(split.Threshold), Vector256.Create(split.Right));
            ref var values = ref Unsafe.Add(ref block, split.Column * Rows);
            a &= right | Vector256.LessThanOrEqual(Vector256.LoadUnsafe(ref values), threshold).AsUInt32();
            b &= right | Vector256.LessThanOrEqual(Vector256.LoadUnsafe(ref values, 8), threshold).AsUInt32();
            c &= right | Vector256.LessThanOrEqual(Vector256.LoadUnsafe(ref values, 16), threshold).AsUInt32();
            d &= right | Vector256.LessThanOrEqual(Vector256.LoadUnsafe(ref values, 24), threshold).AsUInt32();
        }

        // Not to be above is true of NaN.
        foreach (ref readonly var split in splits.AsSpan(word.MissingLeft, word.End - word.MissingLeft))
        {
            var (threshold, right) = (Vector256.Create(split.Threshold), Vector256.Create(split.Right));
            ref var values = ref Unsafe.Add(ref block, split.Column * Rows);
            a &= right | ~Vector256.GreaterThan(Vector256.LoadUnsafe(ref values), threshold).AsUInt32();
            b &= right | ~Vector256.GreaterThan(Vector256.LoadUnsafe(ref values, 8), threshold).AsUInt32();
            c &= right | ~Vector256.GreaterThan(Vector256.LoadUnsafe(ref values, 16), threshold).AsUInt32();
            d &= right | ~Vector256.GreaterThan(Vector256.LoadUnsafe(ref values, 24), threshold).AsUInt32();
        }

        ref var to = ref MemoryMarshal.GetReference(leaves);
        Write(a, number, ref to);
        Write(b, number, ref Unsafe.Add(ref to, 8));
        Write(c, number, ref Unsafe.Add(ref to, 16));
        Write(d, number, ref Unsafe.Add(ref to, 24));
    }

    /// <summary>Writes the number of the lowest bit, where there is one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Write(Vector256<uint> possible, int word, ref int leaves)
    {
        // A power of two as a float has its number as exponent; the highest bit makes it negative and changes nothing there.
        var lowest = Vector256.ConvertToSingle((possible & -possible).AsInt32()).AsInt32();
        var exponent = (lowest >>> FloatFraction) & Vector256.Create(FloatExponent);
        var number = exponent + Vector256.Create((word * WordLeaves) - FloatBias);
        var isNone = Vector256.Equals(possible, Vector256<uint>.Zero).AsInt32();
        Vector256.ConditionalSelect(isNone, Vector256.LoadUnsafe(ref leaves), number).StoreUnsafe(ref leaves);
    }
}
