using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Mlops.Serving;

/// <summary>Numbers as nearly all are, up to 19 digits and a point, whose digits are read side by side as vectors.</summary>
internal static partial class JsonNumber
{
    /// <summary>How many bytes <see cref="TryReadPlain"/> looks at, whatever the number's length: a sign and a vector.</summary>
    private const int PlainReach = 17;

    /// <summary>Digits before eight others that are <see cref="MaxDigits"/> with them.</summary>
    private const long MostHigh = 100_000_000_000;

    /// <summary>
    /// Where digits come from that are moved to the end of a vector, without the point after so many (the upper four bits of an index)
    /// of so many (the lower four); from beyond it come zeros.
    /// </summary>
    private static readonly Vector128<byte>[] Aligned = [.. Enumerable.Range(0, 256).Select(index =>
    {
        var places = Vector128<sbyte>.Indices + Vector128.Create((sbyte)((index & 15) - Vector128<byte>.Count));
        return (places - Vector128.GreaterThanOrEqual(places, Vector128.Create((sbyte)(index >> 4)))).AsByte();
    })];

    /// <summary>Reads a number whose end is known, if it is at most 19 digits and a point, perhaps after a sign.</summary>
    /// <param name="end">Where something other than the number begins.</param>
    /// <returns>False if it is anything else, which may be a number too, or if the text ends soon after its begin.</returns>
    public static bool TryReadPlain(ReadOnlySpan<byte> utf8, int begin, int end, out double value)
    {
        value = 0;
        if (begin < 0 || end <= begin || end > utf8.Length || begin > utf8.Length - PlainReach)
        {
            return false;
        }

        var isNegative = utf8[begin] is (byte)'-';
        begin += isNegative ? 1 : 0;
        double magnitude;
        if (end - begin < Vector128<byte>.Count)
        {
            if (!TryReadDigits(utf8, begin, end, out var digits, out var places))
            {
                return false;
            }

            // At most 15 digits are exact, and so is the power.
            magnitude = digits / ExactPowers[places];
        }
        else
        {
            // The last eight digits by themselves, so that the others are fewer than a vector has.
            var last = end - sizeof(ulong);
            var low = BinaryPrimitives.ReadUInt64LittleEndian(utf8[last..]) ^ 0x3030_3030_3030_3030;
            if (last - begin >= Vector128<byte>.Count || !AreDigits(low)
                || !TryReadDigits(utf8, begin, last, out var high, out var places) || high >= MostHigh)
            {
                return false;
            }

            var power = places is 0 ? 0 : -(places + sizeof(ulong));
            if (Magnitude(((ulong)high * 100_000_000) + (ulong)EightDigits(low), power) is not { } exact)
            {
                return false;
            }

            magnitude = exact;
        }

        value = isNegative ? -magnitude : magnitude;
        return true;
    }

    /// <summary>The length of what may be a number for <see cref="TryReadPlain"/>, if it ends soon.</summary>
    private static int PlainLength(ReadOnlySpan<byte> utf8)
    {
        if (!Vector128.IsHardwareAccelerated || utf8.Length < PlainReach)
        {
            return 0;
        }

        // The characters from minus to 9 are that, the point, a slash and the digits.
        var places = Vector128.Create(utf8[..Vector128<byte>.Count]) - Vector128.Create((byte)'-');
        var others = Vector128.GreaterThan(places, Vector128.Create((byte)('9' - '-'))).ExtractMostSignificantBits();
        var length = BitOperations.TrailingZeroCount(others | (1u << Vector128<byte>.Count));
        return length == Vector128<byte>.Count || (utf8[length] | 0x20) is 'e' ? 0 : length;
    }

    /// <summary>Reads digits with at most one point between them, fewer in all than a vector has bytes.</summary>
    private static bool TryReadDigits(ReadOnlySpan<byte> utf8, int begin, int end, out long value, out int places)
    {
        (value, places) = (0, 0);
        var count = end - begin;
        // Within the text, as the caller has seen to.
        var digits = Vector128.LoadUnsafe(in MemoryMarshal.GetReference(utf8), (nuint)begin) - Vector128.Create((byte)'0');
        var all = (1u << count) - 1;
        var others = Vector128.GreaterThan(digits, Vector128.Create((byte)9)).ExtractMostSignificantBits() & all;
        var points = Vector128.Equals(digits, Vector128.Create(unchecked((byte)('.' - '0')))).ExtractMostSignificantBits();
        if (((others & ~points) | (others & (others - 1)) | (others & (1 | (all ^ (all >> 1))))) is not 0 || count is 0)
        {
            return false;
        }

        var whole = BitOperations.TrailingZeroCount(others | (1u << count));
        if (whole > 1 && utf8[begin] is (byte)'0')
        {
            return false;
        }

        places = others is 0 ? 0 : count - whole - 1;
        value = SixteenDigits(Vector128.ShuffleNative(digits, Aligned[(whole << 4) | (whole + places)]));
        return true;
    }

    /// <summary>The number of sixteen digits, of a byte each, whose last is the vector's last.</summary>
    private static long SixteenDigits(Vector128<byte> digits)
    {
        if (Sse41.IsSupported)
        {
            var pairs = Ssse3.MultiplyAddAdjacent(digits, Vector128.Create((short)0x010A).AsSByte());
            var fours = Sse2.MultiplyAddAdjacent(pairs, Vector128.Create(0x0001_0064).AsInt16());
            var eights = Sse2.MultiplyAddAdjacent(
                Sse41.PackUnsignedSaturate(fours, fours).AsInt16(), Vector128.Create(0x0001_2710).AsInt16());
            return (eights[0] * 100_000_000L) + eights[1];
        }

        var halves = digits.AsUInt64();
        return (EightDigits(halves[0]) * 100_000_000) + EightDigits(halves[1]);
    }

    /// <summary>Whether each byte is less than 10.</summary>
    private static bool AreDigits(ulong bytes) => ((bytes | (bytes + 0x0606_0606_0606_0606)) & 0xF0F0_F0F0_F0F0_F0F0) is 0;

    /// <summary>Digits of a byte each, the first in the lowest: joined to pairs, fours and all (Lemire, 2021).</summary>
    private static long EightDigits(ulong digits)
    {
        const ulong Pairs = 0x0000_00FF_0000_00FF;
        digits = (digits * 10) + (digits >> 8);
        return (long)((((digits & Pairs) * 0x000F_4240_0000_0064) + (((digits >> 16) & Pairs) * 0x0000_2710_0000_0001)) >> 32);
    }
}
