using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Mlops.Learning;

/// <summary>Sorts numbers by their bits, which for a long column takes a tenth of the time that comparing them does.</summary>
internal static class FloatSort
{
    private const int Bits = 11;
    private const int Buckets = 1 << Bits;
    private const int FewerAreCompared = 2_000;

    /// <summary>The values that are not NaN, ascending.</summary>
    /// <param name="present">Room for as many values, or those themselves; holds the result.</param>
    /// <param name="spare">Room for as many, to sort with.</param>
    public static ReadOnlySpan<float> Present(ReadOnlySpan<float> values, Span<float> present, Span<uint> spare)
    {
        var count = 0;
        foreach (var value in values)
        {
            // Adding 0 makes −0 a 0, which is equal to it but has other bits.
            if (!float.IsNaN(value))
            {
                present[count++] = value + 0f;
            }
        }

        var sorted = present[..count];
        if (count < FewerAreCompared)
        {
            sorted.Sort();
        }
        else
        {
            SortByBits(MemoryMarshal.Cast<float, uint>(sorted), spare[..count]);
        }

        return sorted;
    }

    /// <summary>Least significant digit first, in three passes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SortByBits(Span<uint> keys, Span<uint> spare)
    {
        // Flipped, bits are ordered as the numbers are: all bits of a negative one, of a positive one only the sign.
        foreach (ref var key in keys)
        {
            key ^= (uint)((int)key >> 31) | 0x8000_0000;
        }

        var source = keys;
        var target = spare;
        Span<int> places = stackalloc int[Buckets];
        for (var shift = 0; shift < 32; shift += Bits)
        {
            places.Clear();
            foreach (var key in source)
            {
                places[(int)(key >> shift) & (Buckets - 1)]++;
            }

            var next = 0;
            foreach (ref var place in places)
            {
                (place, next) = (next, next + place);
            }

            foreach (var key in source)
            {
                target[places[(int)(key >> shift) & (Buckets - 1)]++] = key;
            }

            var swapped = source;
            source = target;
            target = swapped;
        }

        for (var i = 0; i < keys.Length; i++)
        {
            keys[i] = source[i] ^ (((source[i] >> 31) - 1) | 0x8000_0000);
        }
    }
}
