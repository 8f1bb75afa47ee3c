using System.Buffers.Binary;
using System.Numerics;
using System.Text.Json;

namespace Mlops.Serving;

/// <summary>Writes numbers in single precision as the shortest decimals that read back as them, like the framework but faster.</summary>
/// <remarks>
/// The decimal is found as by Raffaello Giulietti, The Schubfach way to render doubles, 2020, here for 32 bits: of the decimals with
/// the largest power of ten of which one lies between a number's neighbours, the nearest. Decimals are written out from 0.0001 to less
/// than 10^9 and with an exponent beyond, as the framework does.
/// </remarks>
internal static class ShortNumbers
{
    /// <summary>The longest have a sign, a point, nine digits and either four zeros or an exponent; digits are written eight at a time.</summary>
    public const int MostBytes = 24;

    private const uint EightDigits = 100_000_000;

    /// <summary>Eight of the character 0.</summary>
    private const ulong Zeros = 0x3030_3030_3030_3030;

    private const int SignificandBits = 23;
    private const uint HiddenBit = 1u << SignificandBits;

    /// <summary>What is taken off the exponent's bits for the power of two of the significand as a whole number.</summary>
    private const int ExponentBias = 127 + SignificandBits;

    private const int LeastPower = -31;
    private const int MostPower = 45;

    /// <summary>The places of the point, counted from before the first digit, between which no exponent is written.</summary>
    private const int LeastPoint = -3;
    private const int MostPoint = 9;

    /// <summary>10^k for k from −31 to 45: the 64 most significant bits, rounded up.</summary>
    private static readonly ulong[] Powers =
        [.. Enumerable.Range(LeastPower, MostPower - LeastPower + 1).Select(SignificantBits)];

    /// <param name="value">Finite.</param>
    public static void WriteShortNumber(this Utf8JsonWriter json, float value)
    {
        Span<byte> text = stackalloc byte[MostBytes];
        json.WriteRawValue(text[..Format(value, text)], skipInputValidation: true);
    }

    /// <summary>Writes numbers with commas between them, those that JSON has not as the strings NaN, Infinity and -Infinity.</summary>
    /// <param name="text">Room for <see cref="MostBytes"/> and a comma for each.</param>
    /// <returns>How many bytes they take.</returns>
    public static int Join(ReadOnlySpan<float> numbers, Span<byte> text)
    {
        var length = 0;
        foreach (var number in numbers)
        {
            text[length] = (byte)',';
            length += length > 0 ? 1 : 0;
            length += float.IsFinite(number) ? Format(number, text[length..]) : Quote(NonFinite(number), text[length..]);
        }

        return length;
    }

    public static ReadOnlySpan<byte> NonFinite(double number) =>
        double.IsNaN(number) ? "NaN"u8 : number > 0 ? "Infinity"u8 : "-Infinity"u8;

    /// <param name="value">Finite.</param>
    /// <param name="text">Room for <see cref="MostBytes"/>, of which those behind the number are overwritten too.</param>
    /// <returns>How many bytes the number takes.</returns>
    public static int Format(float value, Span<byte> text)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        var sign = (int)(bits >> 31);
        text[0] = (byte)'-';
        text = text[sign..];
        if (value is 0)
        {
            text[0] = (byte)'0';
            return sign + 1;
        }

        var (digits, power) = Shortest(bits & int.MaxValue);
        var (first, others, point) = Apart(digits);
        return sign + Write(text, first, others, point + power);
    }

    private static int Quote(ReadOnlySpan<byte> name, Span<byte> text)
    {
        text[0] = text[name.Length + 1] = (byte)'"';
        name.CopyTo(text[1..]);
        return name.Length + 2;
    }

    /// <summary>A number's first digit, up to eight that follow it, of a byte each, the next in the lowest, and how many it has in all.</summary>
    private static (byte First, ulong Others, int Count) Apart(uint digits)
    {
        if (digits >= EightDigits)
        {
            var (top, rest) = Math.DivRem(digits, EightDigits);
            return ((byte)top, Bytes(rest), 9);
        }

        var bytes = Bytes(digits);
        var zeros = BitOperations.TrailingZeroCount(bytes) / 8;
        bytes >>= 8 * zeros;
        return ((byte)bytes, bytes >> 8, 8 - zeros);
    }

    /// <summary>Eight digits, of a byte each, the first in the lowest: fours, pairs and ones divided side by side.</summary>
    private static ulong Bytes(uint digits)
    {
        var fours = (digits / 10_000) | ((ulong)(digits % 10_000) << 32);
        var hundreds = ((fours * 10_486) >> 20) & 0x0000_007F_0000_007F;
        var pairs = hundreds | ((fours - (100 * hundreds)) << 16);
        var tens = ((pairs * 103) >> 10) & 0x000F_000F_000F_000F;
        return tens | ((pairs - (10 * tens)) << 8);
    }

    /// <param name="point">How many digits stand before the point.</param>
    private static int Write(Span<byte> text, byte first, ulong others, int point)
    {
        var count = 1 + ((64 - BitOperations.LeadingZeroCount(others) + 7) / 8);
        others |= Zeros;
        first += (byte)'0';
        if (point is > 0 and <= MostPoint)
        {
            text[0] = first;
            BinaryPrimitives.WriteUInt64LittleEndian(text[1..], others);
            if (count <= point)
            {
                return point;
            }

            text[point] = (byte)'.';
            BinaryPrimitives.WriteUInt64LittleEndian(text[(point + 1)..], others >> (8 * (point - 1)));
            return count + 1;
        }

        if (point is <= 0 and >= LeastPoint)
        {
            var begin = 2 - point;
            BinaryPrimitives.WriteUInt64LittleEndian(text, Zeros);
            text[1] = (byte)'.';
            text[begin] = first;
            BinaryPrimitives.WriteUInt64LittleEndian(text[(begin + 1)..], others);
            return begin + count;
        }

        text[0] = first;
        text[1] = (byte)'.';
        BinaryPrimitives.WriteUInt64LittleEndian(text[2..], others);
        var (tens, ones) = Math.DivRem(Math.Abs(point - 1), 10);
        var end = text[(count is 1 ? 1 : count + 1)..];
        end[0] = (byte)'E';
        end[1] = (byte)(point < 1 ? '-' : '+');
        end[2] = (byte)('0' + tens);
        end[3] = (byte)('0' + ones);
        return text.Length - end.Length + 4;
    }

    /// <param name="bits">Of a positive finite number.</param>
    /// <returns>The decimal as digits · 10^power, perhaps with zeros at the end.</returns>
    private static (uint Digits, int Power) Shortest(uint bits)
    {
        var (fraction, biased) = (bits & (HiddenBit - 1), (int)(bits >> SignificandBits));
        var significand = biased is 0 ? fraction : fraction | HiddenBit;
        var exponent = Math.Max(biased, 1) - ExponentBias;

        // The neighbour below a power of two is at half the distance.
        var isBelowCloser = fraction is 0 && biased > 1;
        var power = ((exponent * 1_262_611) - (isBelowCloser ? 524_031 : 0)) >> 22;
        var shift = exponent + ((-power * 1_741_647) >> 19) + 1;
        var factor = Powers[-power - LeastPower];

        // The number and the middles between it and its neighbours, in quarters of 10^power; middles belong to even numbers.
        var open = significand & 1;
        var middle = Scaled(factor, (4 * significand) << shift);
        var low = Scaled(factor, ((4 * significand) - (isBelowCloser ? 1u : 2u)) << shift) + open;
        var high = Scaled(factor, ((4 * significand) + 2) << shift) - open;

        var digits = middle / 4;
        var shorter = digits / 10;
        var (isDown, isUp) = (low <= 40 * shorter, (40 * shorter) + 40 <= high);
        if (digits >= 10 && isDown != isUp)
        {
            return (shorter + (isUp ? 1u : 0), power + 1);
        }

        (isDown, isUp) = (low <= 4 * digits, (4 * digits) + 4 <= high);
        var roundsUp = isDown != isUp ? isUp : (middle & 3) > 2 || ((middle & 3) is 2 && (digits & 1) is 1);
        return (digits + (roundsUp ? 1u : 0), power);
    }

    /// <summary>The upper part of a product; its last bit is set too if it is not exact, so that it is never taken for a middle.</summary>
    private static uint Scaled(ulong factor, uint value)
    {
        var high = Math.BigMul(factor, value, out var low);
        return (uint)high | (low >> 32 > 1 ? 1u : 0);
    }

    private static ulong SignificantBits(int power)
    {
        const int Scale = 256;
        var value = power < 0 ? (BigInteger.One << Scale) / BigInteger.Pow(10, -power) : BigInteger.Pow(10, power) << Scale;
        var beyond = (int)value.GetBitLength() - 64;
        var top = value >> beyond;
        return (ulong)(power < 0 || top << beyond != value ? top + 1 : top);
    }
}
