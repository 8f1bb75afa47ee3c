namespace Mlops.Training;

/// <summary>Points that fill the unit cube more evenly than chance does.</summary>
public static class SobolSequence
{
    /// <summary>The most dimensions there are numbers for.</summary>
    public const int MaxDimensions = SobolDirections.MaxDimensions;

    /// <summary>One coordinate of one point, in [0, 1), in the order of the Gray code as scipy has it.</summary>
    /// <param name="index">Of the point, from 0; point 0 is the origin.</param>
    /// <param name="dimension">From 0, less than <see cref="MaxDimensions"/>.</param>
    public static double At(int index, int dimension) => ToUnit(Bits(index, dimension));

    /// <summary>The same, scrambled by a seed: as evenly spread, but another sequence for each seed.</summary>
    /// <remarks>
    /// Nested uniform scrambling (Owen, "Randomly permuted (t,m,s)-nets and (t,s)-sequences", 1995): each bit is flipped or not by a
    /// chance that the bits before it choose.
    /// </remarks>
    public static double ScrambledAt(int index, int dimension, long seed)
    {
        var bits = Bits(index, dimension);
        var key = new DeterministicRandom(seed).NextUInt64() + ((ulong)dimension * 0xD1342543DE82EF95);
        var scrambled = 0U;
        for (var bit = 31; bit >= 0; bit--)
        {
            // The bits before, with a one in front so that their number counts too.
            var before = (((ulong)1 << 32) | bits) >> (bit + 1);
            var flip = (uint)(Mix(key ^ Mix(before)) & 1);
            scrambled |= (((bits >> bit) & 1) ^ flip) << bit;
        }

        return ToUnit(scrambled);
    }

    private static uint Bits(int index, int dimension)
    {
        var gray = (uint)index ^ ((uint)index >> 1);
        var directions = SobolDirections.Of(dimension);
        var point = 0U;
        for (var bit = 0; gray >> bit is not 0; bit++)
        {
            point ^= ((gray >> bit) & 1) * directions[bit];
        }

        return point;
    }

    private static double ToUnit(uint bits) => bits / 4294967296.0;

    /// <summary>The finalizer of SplitMix64 (Steele, Lea, Flood, 2014): every bit in changes half of the bits out.</summary>
    private static ulong Mix(ulong value)
    {
        var mixed = unchecked(value + 0x9E3779B97F4A7C15);
        mixed = unchecked((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9);
        mixed = unchecked((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB);
        return mixed ^ (mixed >> 31);
    }
}
