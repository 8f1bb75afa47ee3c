using System.Buffers.Text;
using System.Numerics;

namespace Mlops.Serving;

/// <summary>Reads numbers of JSON, rounded correctly to a double.</summary>
/// <remarks>
/// Three ways, each for what the one before cannot do. Digits up to 2^53 and a power of ten up to 22 are exact doubles, so that one
/// operation rounds once (Clinger, How to Read Floating Point Numbers Accurately, 1990). Up to 19 digits are multiplied by a 128-bit
/// approximation of the power, which decides the rounding but in rare cases that it recognises (Lemire, Number Parsing at a Gigabyte
/// per Second, 2021). The rest goes to the framework.
/// </remarks>
internal static partial class JsonNumber
{
    private const int MaxDigits = 19;

    private const int LargestPower = 60;
    private const int LargestExactPower = 22;

    /// <summary>Exponents beyond it are all the same: too large for the fast ways.</summary>
    private const int FarPower = 1_000_000;
    private const ulong LargestExact = 1UL << 53;

    /// <summary>10^q for q from −60 to 60: the 128 most significant bits, rounded down.</summary>
    private static readonly UInt128[] Powers =
        [.. Enumerable.Range(-LargestPower, (2 * LargestPower) + 1).Select(SignificantBits)];

    private static readonly double[] ExactPowers =
        [.. Enumerable.Range(0, LargestExactPower + 1).Select(q => (double)BigInteger.Pow(10, q))];

    /// <param name="token">A number in JSON's grammar.</param>
    /// <returns>Infinity if it is too large for a double.</returns>
    public static double Parse(ReadOnlySpan<byte> token)
    {
        Read(token, out var value);
        return value;
    }

    /// <summary>Reads the number with which a text begins.</summary>
    /// <param name="value">Infinity if it is too large for a double.</param>
    /// <returns>How many bytes it takes; 0 if the text begins with no number in JSON's grammar.</returns>
    public static int Read(ReadOnlySpan<byte> utf8, out double value) =>
        PlainLength(utf8) is var length and > 0 && TryReadPlain(utf8, 0, length, out value) ? length : ReadAny(utf8, out value);

    private static int ReadAny(ReadOnlySpan<byte> utf8, out double value)
    {
        var isNegative = utf8.Length > 0 && utf8[0] is (byte)'-';
        var at = isNegative ? 1 : 0;
        var (digits, power) = (0UL, 0);
        var begin = at;
        for (uint digit; at < utf8.Length && (digit = (uint)(utf8[at] - '0')) <= 9; at++)
        {
            digits = (digits * 10) + digit;
        }

        var whole = at - begin;
        value = 0;
        if (whole is 0 || (whole > 1 && utf8[begin] is (byte)'0'))
        {
            return 0;
        }

        var significant = utf8[begin] is (byte)'0' ? 0 : whole;
        if (at < utf8.Length && utf8[at] is (byte)'.')
        {
            begin = ++at;
            for (; significant is 0 && at < utf8.Length && utf8[at] is (byte)'0'; at++)
            {
                // Zeros before the first other digit say no more than where the point is.
            }

            var first = at;
            for (uint digit; at < utf8.Length && (digit = (uint)(utf8[at] - '0')) <= 9; at++)
            {
                digits = (digits * 10) + digit;
            }

            if (at == begin)
            {
                return 0;
            }

            significant += at - first;
            power = begin - at;
        }

        if (at < utf8.Length && (utf8[at] | 0x20) is 'e')
        {
            var length = Exponent(utf8[(at + 1)..], out var exponent);
            if (length is 0)
            {
                return 0;
            }

            at += 1 + length;
            power = Math.Clamp(power + exponent, -FarPower, FarPower);
        }

        value = significant > MaxDigits || Magnitude(digits, power) is not { } magnitude
            ? General(utf8[..at])
            : isNegative ? -magnitude : magnitude;
        return at;
    }

    /// <param name="exponent">At most <see cref="FarPower"/> either way.</param>
    private static int Exponent(ReadOnlySpan<byte> utf8, out int exponent)
    {
        var sign = utf8.Length > 0 && utf8[0] is (byte)'+' or (byte)'-' ? 1 : 0;
        exponent = 0;
        var at = sign;
        for (uint digit; at < utf8.Length && (digit = (uint)(utf8[at] - '0')) <= 9; at++)
        {
            exponent = Math.Min((exponent * 10) + (int)digit, FarPower);
        }

        exponent = sign is 1 && utf8[0] is (byte)'-' ? -exponent : exponent;
        return at == sign ? 0 : at;
    }

    /// <returns>digits · 10^power, or null if it takes the general way.</returns>
    private static double? Magnitude(ulong digits, int power)
    {
        if (digits <= LargestExact && power is >= -LargestExactPower and <= LargestExactPower)
        {
            return power < 0 ? digits / ExactPowers[-power] : digits * ExactPowers[power];
        }

        return digits is not 0 && power is >= -LargestPower and <= LargestPower ? Approximate(digits, power) : null;
    }

    private static double? Approximate(ulong digits, int power)
    {
        var shift = BitOperations.LeadingZeroCount(digits);
        var scaled = digits << shift;
        var factor = Powers[power + LargestPower];
        var high = Math.BigMul(scaled, (ulong)(factor >> 64), out var low);
        // The nine bits below the 55 that matter are all ones: what was left out of the factor may carry into them.
        if ((high & 0x1FF) is 0x1FF && low + scaled < low)
        {
            var carried = Math.BigMul(scaled, (ulong)factor, out var lowest);
            low += carried;
            high += low < carried ? 1UL : 0;
            if ((high & 0x1FF) is 0x1FF && low is ulong.MaxValue && lowest + scaled < lowest)
            {
                return null;
            }
        }

        var top = (int)(high >> 63);
        var mantissa = high >> (top + 9);
        if (low is 0 && (high & 0x1FF) is 0 && (mantissa & 3) is 1)
        {
            // Exactly between two doubles, or so close that the approximation cannot tell.
            return null;
        }

        // 10^q has the binary exponent ⌊q · log₂10⌋, and 217706 / 2^16 is close enough to log₂10 for these powers.
        var exponent = ((217_706 * power) >> 16) + 64 - shift - (1 - top);
        mantissa = (mantissa + (mantissa & 1)) >> 1;
        if (mantissa >> 53 is not 0)
        {
            mantissa >>= 1;
            exponent++;
        }

        // Powers up to 60 stay far from where doubles end or become subnormal.
        return BitConverter.UInt64BitsToDouble(((ulong)(exponent + 1_023) << 52) | (mantissa & (LargestExact / 2 - 1)));
    }

    private static UInt128 SignificantBits(int power)
    {
        var value = power < 0
            ? (BigInteger.One << 512) / BigInteger.Pow(10, -power)
            : BigInteger.Pow(10, power) << 128;
        return (UInt128)(value >> (int)(value.GetBitLength() - 128));
    }

    private static double General(ReadOnlySpan<byte> token) =>
        Utf8Parser.TryParse(token, out double value, out _) ? value : double.NaN;
}
