using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace Mlops.Data;

/// <summary>How a text reads as a number.</summary>
public enum NumberForm
{
    /// <summary>It is no number.</summary>
    None,

    /// <summary>A whole number that fits 64 bits.</summary>
    Integer,

    /// <summary>Any other finite number.</summary>
    Decimal,

    /// <summary>Infinity by name, or a number too large for a double.</summary>
    Infinite,
}

/// <summary>What the text of a single value means. Spaces and tabs around it do not count.</summary>
public static class CsvValue
{
    /// <summary>What pandas reads as missing, and the question mark of the UCI repository; case matters.</summary>
    public static readonly IReadOnlyList<string> MissingMarks =
    [
        "", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>", "?", "N/A", "NA", "NULL",
        "NaN", "None", "n/a", "nan", "null",
    ];

    private const int LongestMark = 8;
    private const ulong MaxExactMantissa = 1UL << 53;

    private static readonly FrozenSet<string> Marks = MissingMarks.ToFrozenSet(StringComparer.Ordinal);
    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> MarkLookup =
        Marks.GetAlternateLookup<ReadOnlySpan<char>>();

    private static readonly double[] PowersOfTen =
    [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
    ];

    /// <summary>Whether a value is one of <see cref="MissingMarks"/>.</summary>
    public static bool IsMissing(ReadOnlySpan<byte> text)
    {
        text = Trimmed(text);
        Span<char> characters = stackalloc char[LongestMark + 1];
        return text.IsEmpty
            || (text.Length <= LongestMark + 1
                && Encoding.ASCII.TryGetChars(text, characters, out var length)
                && MarkLookup.Contains(characters[..length]));
    }

    /// <summary>Reads <c>true</c> or <c>false</c> in any case.</summary>
    public static bool TryBoolean(ReadOnlySpan<byte> text, out bool value)
    {
        text = Trimmed(text);
        value = Ascii.EqualsIgnoreCase(text, "true"u8);
        return value || Ascii.EqualsIgnoreCase(text, "false"u8);
    }

    /// <summary>Reads a decimal number with optional sign, fraction and exponent, correctly rounded; or infinity.</summary>
    public static NumberForm ReadNumber(ReadOnlySpan<byte> text, out double value)
    {
        var form = ReadBareNumber(text, out value);
        return form is NumberForm.None && Trimmed(text) is var trimmed && trimmed.Length != text.Length
            ? ReadBareNumber(trimmed, out value)
            : form;
    }

    internal static ReadOnlySpan<byte> Trimmed(ReadOnlySpan<byte> text) =>
        text.IsEmpty || (text[0] > ' ' && text[^1] > ' ') ? text : text.Trim(" \t"u8);

    private static NumberForm ReadBareNumber(ReadOnlySpan<byte> text, out double value)
    {
        value = 0;
        var i = 0;
        var isNegative = false;
        if (text.Length > 0 && text[0] is (byte)'-' or (byte)'+')
        {
            isNegative = text[0] is (byte)'-';
            i = 1;
        }

        var start = i;
        var mantissa = 0UL;
        uint digit;
        for (; i < text.Length && (digit = (uint)text[i] - '0') <= 9; i++)
        {
            mantissa = (10 * mantissa) + digit;
        }

        var digits = i - start;
        var exponent = 0;
        var isWhole = i == text.Length;
        if (!isWhole && text[i] is (byte)'.')
        {
            var point = ++i;
            for (; i < text.Length && (digit = (uint)text[i] - '0') <= 9; i++)
            {
                mantissa = (10 * mantissa) + digit;
            }

            exponent = point - i;
            digits += i - point;
        }

        if (digits is 0)
        {
            return ReadInfinity(text[start..], isNegative, out value);
        }

        if (i < text.Length && !ReadExponent(text[i..], ref exponent))
        {
            return NumberForm.None;
        }

        // Nineteen digits fit 64 bits. Up to 2^53 and 10^22 both factors are exact doubles, so that one rounding gives the nearest.
        if (digits > 19 || (!isWhole && (mantissa > MaxExactMantissa || exponent is < -22 or > 22)))
        {
            value = double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
            return double.IsFinite(value) ? NumberForm.Decimal : NumberForm.Infinite;
        }

        var magnitude = exponent < 0 ? mantissa / PowersOfTen[-exponent] : mantissa * PowersOfTen[exponent];
        value = isNegative ? -magnitude : magnitude;
        return isWhole && mantissa <= (isNegative ? 1UL << 63 : long.MaxValue) ? NumberForm.Integer : NumberForm.Decimal;
    }

    private static bool ReadExponent(ReadOnlySpan<byte> text, ref int exponent)
    {
        var i = 1;
        if (text[0] is not ((byte)'e' or (byte)'E'))
        {
            return false;
        }

        var isNegative = false;
        if (text.Length > 1 && text[1] is (byte)'-' or (byte)'+')
        {
            isNegative = text[1] is (byte)'-';
            i = 2;
        }

        var power = 0;
        for (var first = i; i < text.Length; i++)
        {
            var digit = text[i] - '0';
            if (digit is < 0 or > 9)
            {
                return false;
            }

            power = Math.Min((10 * power) + digit, 100_000);
        }

        exponent += isNegative ? -power : power;
        return text[^1] is >= (byte)'0' and <= (byte)'9';
    }

    private static NumberForm ReadInfinity(ReadOnlySpan<byte> text, bool isNegative, out double value)
    {
        value = isNegative ? double.NegativeInfinity : double.PositiveInfinity;
        return Ascii.EqualsIgnoreCase(text, "inf"u8) || Ascii.EqualsIgnoreCase(text, "infinity"u8) ? NumberForm.Infinite : NumberForm.None;
    }
}
