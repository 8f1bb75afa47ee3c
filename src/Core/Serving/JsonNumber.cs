using System.Buffers.Text;
using System.Numerics;

namespace Mlops.Serving;

/// <summary>Reads the number that a JSON token is, rounded correctly to a double.</summary>
/// <remarks>
/// Three ways, each for what the one before cannot do. Digits up to 2^53 and a power of ten up to 22 are exact doubles, so that one
/// operation rounds once (Clinger, How to Read Floating Point Numbers Accurately, 1990). Up to 19 digits are multiplied by a 128-bit
/// approximation of the power, which decides the rounding but in rare cases that it recognises (Lemire, Number Parsing at a Gigabyte
/// per Second, 2021). The rest goes to the framework.
/// </remarks>
internal static class JsonNumber
{
    private const int MaxDigits = 19;
    private const int LargestPower = 60;
    private const int LargestExactPower = 22;
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
        var isNegative = token[0] is (byte)'-';
        var at = isNegative ? 1 : 0;
        var (digits, count, power) = (0UL, 0, 0);
        var pointStep = 0;
        for (; at < token.Length; at++)
        {
            var digit = (uint)(token[at] - '0');
            if (digit <= 9)
            {
                digits = (digits * 10) + digit;
                count += count > 0 || digit is not 0 ? 1 : 0;
                power += pointStep;
            }
            else if (token[at] is (byte)'.')
            {
                pointStep = -1;
            }
            else
            {
                break;
            }
        }

        if (at < token.Length)
        {
            if (!Utf8Parser.TryParse(token[(at + 1)..], out int exponent, out _) || Math.Abs((long)exponent) > 2 * LargestPower)
            {
                return General(token);
            }

            power += exponent;
        }

        return count > MaxDigits || Magnitude(digits, power) is not { } magnitude
            ? General(token)
            : isNegative ? -magnitude : magnitude;
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
