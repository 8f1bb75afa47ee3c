using System.Globalization;
using System.Text;

namespace Mlops.Data;

/// <summary>Whether a text is an instant written in a format of C's <c>strftime</c>, as Python's <c>strptime</c> reads it.</summary>
/// <remarks>
/// Directives: <c>%Y</c> four digits; <c>%y %m %d %H %I %M %S</c> up to two, <c>%j</c> up to three, <c>%f</c> one to six; <c>%b %B</c>
/// months, <c>%a %A</c> weekdays and <c>%p</c> in English, in any case; <c>%z</c> as <c>+hhmm</c>, <c>+hh:mm</c> or <c>Z</c>;
/// <c>%%</c>; and <c>%F %T %D %R</c> for what they abbreviate. Each may stand once. Space in the format is any space in the text. The
/// day must be one that its month has; of a format without a year February has 29.
/// </remarks>
internal sealed class StrftimeFormat
{
    public const int MaxLength = 64;
    public const string Directives = "%Y %y %m %d %H %I %M %S %f %j %b %B %a %A %p %z %F %T %D %R %%";

    private static readonly byte[][] Months = Names(CultureInfo.InvariantCulture.DateTimeFormat.MonthNames);
    private static readonly byte[][] ShortMonths = Names(CultureInfo.InvariantCulture.DateTimeFormat.AbbreviatedMonthNames);
    private static readonly byte[][] Days = Names(CultureInfo.InvariantCulture.DateTimeFormat.DayNames);
    private static readonly byte[][] ShortDays = Names(CultureInfo.InvariantCulture.DateTimeFormat.AbbreviatedDayNames);
    private static readonly byte[][] Halves = ["AM"u8.ToArray(), "PM"u8.ToArray()];

    private readonly byte[] _format;

    private StrftimeFormat(byte[] format) => _format = format;

    /// <exception cref="FormatException">It is no format that is read here; the message says why.</exception>
    public static StrftimeFormat Parse(string text)
    {
        if (text.Length is 0 or > MaxLength)
        {
            throw new FormatException($"expected a format of 1 to {MaxLength} characters");
        }

        var whole = text.Replace("%F", "%Y-%m-%d", StringComparison.Ordinal).Replace("%T", "%H:%M:%S", StringComparison.Ordinal)
            .Replace("%D", "%m/%d/%y", StringComparison.Ordinal).Replace("%R", "%H:%M", StringComparison.Ordinal);
        var seen = new HashSet<char>();
        for (var i = 0; i < whole.Length; i++)
        {
            if (whole[i] is not '%')
            {
                continue;
            }

            var directive = ++i < whole.Length ? whole[i] : ' ';
            if (!"YymdHIMSfjbBaApz%".Contains(directive, StringComparison.Ordinal))
            {
                throw new FormatException($"there is no '%{directive}'; expected {Directives}");
            }

            if (directive is not '%' && !seen.Add(directive))
            {
                throw new FormatException($"'%{directive}' stands twice");
            }
        }

        return new StrftimeFormat(Encoding.UTF8.GetBytes(whole));
    }

    public bool IsMatch(ReadOnlySpan<byte> text) => IsMatch(_format, text, default);

    // A digit that one directive leaves may be the next one's, so the longest reading is tried first and then the shorter ones.
    private static bool IsMatch(ReadOnlySpan<byte> format, ReadOnlySpan<byte> text, Parts parts)
    {
        while (!format.IsEmpty)
        {
            if (format[0] is (byte)'%')
            {
                return IsDirective(format[1], format[2..], text, parts);
            }

            if (IsSpace(format[0]))
            {
                if (text.IsEmpty || !IsSpace(text[0]))
                {
                    return false;
                }

                format = format.TrimStart(" \t\n\r"u8);
                text = text.TrimStart(" \t\n\r"u8);
                continue;
            }

            if (text.IsEmpty || text[0] != format[0])
            {
                return false;
            }

            format = format[1..];
            text = text[1..];
        }

        return text.IsEmpty && parts.IsDate();
    }

    private static bool IsDirective(byte directive, ReadOnlySpan<byte> format, ReadOnlySpan<byte> text, Parts parts) => directive switch
    {
        (byte)'Y' => IsNumber(4, 4, 1, 9_999, directive, format, text, parts),
        (byte)'y' => IsNumber(2, 2, 0, 99, directive, format, text, parts),
        (byte)'m' => IsNumber(1, 2, 1, 12, directive, format, text, parts),
        (byte)'d' => IsNumber(1, 2, 1, 31, directive, format, text, parts),
        (byte)'H' => IsNumber(1, 2, 0, 23, directive, format, text, parts),
        (byte)'I' => IsNumber(1, 2, 1, 12, directive, format, text, parts),
        (byte)'M' => IsNumber(1, 2, 0, 59, directive, format, text, parts),
        (byte)'S' => IsNumber(1, 2, 0, 61, directive, format, text, parts),
        (byte)'f' => IsNumber(1, 6, 0, 999_999, directive, format, text, parts),
        (byte)'j' => IsNumber(1, 3, 1, 366, directive, format, text, parts),
        (byte)'b' => IsName(ShortMonths, isMonth: true, format, text, parts),
        (byte)'B' => IsName(Months, isMonth: true, format, text, parts),
        (byte)'a' => IsName(ShortDays, isMonth: false, format, text, parts),
        (byte)'A' => IsName(Days, isMonth: false, format, text, parts),
        (byte)'p' => IsName(Halves, isMonth: false, format, text, parts),
        (byte)'z' => IsOffset(format, text, parts),
        _ => text is [(byte)'%', ..] && IsMatch(format, text[1..], parts),
    };

    private static bool IsNumber(
        int least, int most, int from, int to, byte directive, ReadOnlySpan<byte> format, ReadOnlySpan<byte> text, Parts parts)
    {
        var digits = 0;
        while (digits < Math.Min(most, text.Length) && text[digits] is >= (byte)'0' and <= (byte)'9')
        {
            digits++;
        }

        for (; digits >= least; digits--)
        {
            var value = 0;
            foreach (var digit in text[..digits])
            {
                value = (10 * value) + digit - '0';
            }

            if (value >= from && value <= to && IsMatch(format, text[digits..], parts.With(directive, value)))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsName(byte[][] names, bool isMonth, ReadOnlySpan<byte> format, ReadOnlySpan<byte> text, Parts parts)
    {
        for (var i = 0; i < names.Length; i++)
        {
            var name = names[i];
            if (text.Length >= name.Length && Ascii.EqualsIgnoreCase(text[..name.Length], name)
                && IsMatch(format, text[name.Length..], isMonth ? parts.With((byte)'m', i + 1) : parts))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsOffset(ReadOnlySpan<byte> format, ReadOnlySpan<byte> text, Parts parts)
    {
        if (text is [(byte)'Z' or (byte)'z', ..])
        {
            return IsMatch(format, text[1..], parts);
        }

        var colon = text.Length > 3 && text[3] is (byte)':' ? 1 : 0;
        return text.Length >= 5 + colon && text[0] is (byte)'+' or (byte)'-'
            && IsTwoDigits(text[1..3], 23) && IsTwoDigits(text.Slice(3 + colon, 2), 59) && IsMatch(format, text[(5 + colon)..], parts);
    }

    private static bool IsTwoDigits(ReadOnlySpan<byte> text, int most) =>
        text[0] is >= (byte)'0' and <= (byte)'9' && text[1] is >= (byte)'0' and <= (byte)'9' && ((10 * (text[0] - '0')) + text[1] - '0') <= most;

    private static bool IsSpace(byte value) => value is (byte)' ' or (byte)'\t' or (byte)'\n' or (byte)'\r';

    private static byte[][] Names(string[] names) => [.. names.Where(name => name.Length > 0).Select(Encoding.UTF8.GetBytes)];

    /// <summary>What a text says of its day; 0 where it says nothing.</summary>
    private readonly record struct Parts(int Year, int Month, int Day)
    {
        public Parts With(byte directive, int value) => directive switch
        {
            (byte)'Y' => this with { Year = value },
            (byte)'y' => this with { Year = value + (value < 69 ? 2_000 : 1_900) },
            (byte)'m' => this with { Month = value },
            (byte)'d' => this with { Day = value },
            _ => this,
        };

        public bool IsDate() => Day is 0 || Day <= DateTime.DaysInMonth(Year is 0 ? 2_000 : Year, Month is 0 ? 1 : Month);
    }
}
