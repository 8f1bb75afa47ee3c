using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Mlops.Learning;

/// <summary>Per bin of each column that can decide, the sums over the rows in it.</summary>
internal sealed class Histogram
{
    /// <summary>How many bins lie between one column's first and the next one's, used or not: an address is a constant away.</summary>
    public const int Stride = 256;

    /// <summary>What the bins of a column take.</summary>
    public const int BytesPerColumn = Stride * 2 * sizeof(long);

    /// <summary>How many bytes of a tile lie behind the last row, for the bins of a row are read eight at a time.</summary>
    public const int Overhang = sizeof(ulong) - 1;

    private const int Alignment = 64;

    private readonly long[] _memory;
    private readonly int _start;

    /// <param name="columns">How many columns there is room for.</param>
    public Histogram(int columns)
    {
        // Pinned, and begun where a cache line does, so that no bin lies across two.
        _memory = GC.AllocateUninitializedArray<long>((columns * Stride * 2) + (Alignment / sizeof(long)), pinned: true);
        var misplaced = (int)(Marshal.UnsafeAddrOfPinnedArrayElement(_memory, 0) % Alignment);
        _start = misplaced is 0 ? 0 : (Alignment - misplaced) / sizeof(long);
    }

    /// <summary>The bins of <paramref name="count"/> columns from <paramref name="first"/> on.</summary>
    public Span<FixedSum> Columns(int first, int count) =>
        MemoryMarshal.Cast<long, FixedSum>(_memory.AsSpan(_start + (first * Stride * 2), count * Stride * 2));

    public void Clear() => _memory.AsSpan().Clear();

    /// <summary>Adds rows to their bins in up to eight columns at once.</summary>
    /// <param name="tile">For every row of the table its bins, a byte for each column, and <see cref="Overhang"/> more bytes.</param>
    /// <param name="rows">The rows to add.</param>
    /// <param name="derivatives">Those of each row to add, in the order of <paramref name="rows"/>, and maybe more behind.</param>
    /// <param name="bins">Those of each column, <see cref="Stride"/> apart.</param>
    /// <param name="columns">1 to 8.</param>
    public static void Accumulate(
        ReadOnlySpan<byte> tile, ReadOnlySpan<int> rows, ReadOnlySpan<Vector128<long>> derivatives, Span<FixedSum> bins, int columns)
    {
        switch (columns)
        {
            case 1:
                Accumulate<One>(tile, rows, derivatives, bins);
                break;
            case 2:
                Accumulate<Two>(tile, rows, derivatives, bins);
                break;
            case 3:
                Accumulate<Three>(tile, rows, derivatives, bins);
                break;
            case 4:
                Accumulate<Four>(tile, rows, derivatives, bins);
                break;
            case 5:
                Accumulate<Five>(tile, rows, derivatives, bins);
                break;
            case 6:
                Accumulate<Six>(tile, rows, derivatives, bins);
                break;
            case 7:
                Accumulate<Seven>(tile, rows, derivatives, bins);
                break;
            default:
                Accumulate<Eight>(tile, rows, derivatives, bins);
                break;
        }
    }

    /// <summary>Adds what another thread has counted.</summary>
    public static void Add(Span<FixedSum> sums, ReadOnlySpan<FixedSum> others)
    {
        var to = MemoryMarshal.Cast<FixedSum, Vector256<long>>(sums);
        var add = MemoryMarshal.Cast<FixedSum, Vector256<long>>(others);
        for (var i = 0; i < to.Length; i++)
        {
            to[i] += add[i];
        }
    }

    /// <summary>Takes one child's sums from its parent's, which leaves the other child's.</summary>
    public static void Subtract(Span<FixedSum> parent, ReadOnlySpan<FixedSum> child)
    {
        var from = MemoryMarshal.Cast<FixedSum, Vector256<long>>(parent);
        var take = MemoryMarshal.Cast<FixedSum, Vector256<long>>(child);
        for (var i = 0; i < from.Length; i++)
        {
            from[i] -= take[i];
        }
    }

    /// <remarks>
    /// The hottest loop of training: the width is a constant to the compiler, which leaves out what a narrower tile lacks, and a bounds
    /// check per access would cost a third of the time. Rows come from the table that the tile is of; a byte is always below the stride.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Accumulate<TWidth>(
        ReadOnlySpan<byte> tile, ReadOnlySpan<int> rows, ReadOnlySpan<Vector128<long>> derivatives, Span<FixedSum> bins)
        where TWidth : struct, IWidth
    {
        if (bins.Length < TWidth.Columns * Stride)
        {
            throw new ArgumentException($"{bins.Length} bins are too few for {TWidth.Columns} columns.", nameof(bins));
        }

        ref var binsOf = ref MemoryMarshal.GetReference(tile);
        ref var first = ref Unsafe.As<FixedSum, Vector128<long>>(ref MemoryMarshal.GetReference(bins));
        derivatives = derivatives[..rows.Length];
        for (var i = 0; i < rows.Length; i++)
        {
            var packed = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref binsOf, (nint)rows[i] * TWidth.Columns));
            var added = derivatives[i];
            Unsafe.Add(ref first, (nuint)(byte)packed) += added;
            if (TWidth.Columns > 1)
            {
                Unsafe.Add(ref first, Stride + (nuint)(byte)(packed >> 8)) += added;
            }

            if (TWidth.Columns > 2)
            {
                Unsafe.Add(ref first, (2 * Stride) + (nuint)(byte)(packed >> 16)) += added;
            }

            if (TWidth.Columns > 3)
            {
                Unsafe.Add(ref first, (3 * Stride) + (nuint)(byte)(packed >> 24)) += added;
            }

            if (TWidth.Columns > 4)
            {
                Unsafe.Add(ref first, (4 * Stride) + (nuint)(byte)(packed >> 32)) += added;
            }

            if (TWidth.Columns > 5)
            {
                Unsafe.Add(ref first, (5 * Stride) + (nuint)(byte)(packed >> 40)) += added;
            }

            if (TWidth.Columns > 6)
            {
                Unsafe.Add(ref first, (6 * Stride) + (nuint)(byte)(packed >> 48)) += added;
            }

            if (TWidth.Columns > 7)
            {
                Unsafe.Add(ref first, (7 * Stride) + (nuint)(packed >> 56)) += added;
            }
        }
    }

    private interface IWidth
    {
        static abstract int Columns { get; }
    }

    private readonly struct One : IWidth
    {
        public static int Columns => 1;
    }

    private readonly struct Two : IWidth
    {
        public static int Columns => 2;
    }

    private readonly struct Three : IWidth
    {
        public static int Columns => 3;
    }

    private readonly struct Four : IWidth
    {
        public static int Columns => 4;
    }

    private readonly struct Five : IWidth
    {
        public static int Columns => 5;
    }

    private readonly struct Six : IWidth
    {
        public static int Columns => 6;
    }

    private readonly struct Seven : IWidth
    {
        public static int Columns => 7;
    }

    private readonly struct Eight : IWidth
    {
        public static int Columns => 8;
    }
}
