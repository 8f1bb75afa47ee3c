using System.Buffers.Text;
using System.Text.Json;

namespace Mlops.Serving;

/// <summary>Writes numbers in single precision as the shortest decimals that read back as them, like the framework but faster.</summary>
/// <remarks>
/// Most numbers that people send have few decimals: those are tried first, one after the other. The nearest decimal of so many places
/// is the number's if any of that length is, and one division by a power of ten rounds as reading would, but where the quotient lies at
/// the middle of two floats. What is very large or very small, or at such a middle, is left to the framework.
/// </remarks>
internal static class ShortNumbers
{
    /// <summary>A sign, six digits, a point and thirteen more.</summary>
    private const int MostBytes = 21;

    private const int MostPlaces = 13;
    private const double Least = 1e-4;
    private const double Most = 1e6;

    /// <summary>Half of the distance between two floats, at most, as a share of them.</summary>
    private const double HalfStep = 1.0 / (1 << 24);

    /// <summary>The bits of a double that a float lacks, and what they are at the middle of two floats.</summary>
    private const long LostBits = (1L << 29) - 1;
    private const long Middle = 1L << 28;

    private static readonly double[] Powers = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13];

    /// <param name="value">Finite.</param>
    public static void WriteShortNumber(this Utf8JsonWriter json, float value)
    {
        Span<byte> text = stackalloc byte[MostBytes];
        if (TryFormat(value, text) is var length and > 0)
        {
            json.WriteRawValue(text[..length], skipInputValidation: true);
        }
        else
        {
            json.WriteNumberValue(value);
        }
    }

    /// <param name="text">Room for <see cref="MostBytes"/>.</param>
    /// <returns>How many bytes the number takes; 0 if it is one for the framework.</returns>
    internal static int TryFormat(float value, Span<byte> text)
    {
        var magnitude = Math.Abs((double)value);
        if (!(magnitude >= Least && magnitude < Most))
        {
            return 0;
        }

        for (var places = 0; places <= MostPlaces; places++)
        {
            var scaled = magnitude * Powers[places];
            var digits = Math.Round(scaled);
            if (Math.Abs(scaled - digits) > scaled * HalfStep)
            {
                continue;
            }

            var read = digits / Powers[places];
            var isAtMiddle = Math.Abs((BitConverter.DoubleToInt64Bits(read) & LostBits) - Middle) <= 1;
            if (isAtMiddle)
            {
                return 0;
            }

            if ((float)read == (float)magnitude)
            {
                return Write(value < 0, (ulong)digits, places, text);
            }
        }

        return 0;
    }

    private static int Write(bool isNegative, ulong digits, int places, Span<byte> text)
    {
        var length = 0;
        if (isNegative)
        {
            text[length++] = (byte)'-';
        }

        var (whole, rest) = Math.DivRem(digits, (ulong)Powers[places]);
        Utf8Formatter.TryFormat(whole, text[length..], out var written);
        length += written;
        if (places is 0)
        {
            return length;
        }

        text[length++] = (byte)'.';
        for (var place = places - 1; place >= 0; place--)
        {
            (rest, var digit) = Math.DivRem(rest, 10UL);
            text[length + place] = (byte)('0' + digit);
        }

        return length + places;
    }
}
