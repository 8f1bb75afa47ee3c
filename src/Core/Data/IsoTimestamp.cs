namespace Mlops.Data;

/// <summary>Reads ISO 8601 in its extended form: <c>2026-03-01</c>, <c>2026-03-01T12:30</c>, <c>2026-03-01 12:30:05.25+02:00</c>.</summary>
/// <remarks>
/// A time without an offset is UTC. Years are 0001 to 9999; a 60th second is refused. Spaces and tabs around it do not count.
/// </remarks>
public static class IsoTimestamp
{
    /// <param name="unixSeconds">Seconds since 1970-01-01T00:00:00Z, with fractions to the nearest 100 ns that a double can say.</param>
    public static bool TryRead(ReadOnlySpan<byte> text, out double unixSeconds)
    {
        unixSeconds = 0;
        text = CsvValue.Trimmed(text);
        if (text.Length < 10 || text[4] is not (byte)'-' || text[7] is not (byte)'-'
            || !TryDigits(text[..4], out var year) || !TryDigits(text[5..7], out var month) || !TryDigits(text[8..10], out var day)
            || year is 0 || month is 0 or > 12 || day is 0 || day > DateTime.DaysInMonth(year, month))
        {
            return false;
        }

        long ticks = 0;
        if (text.Length > 10 && !TryTime(text[10..], out ticks))
        {
            return false;
        }

        unixSeconds = (new DateTime(year, month, day).Ticks - DateTime.UnixEpoch.Ticks + ticks) / (double)TimeSpan.TicksPerSecond;
        return true;
    }

    private static bool TryTime(ReadOnlySpan<byte> text, out long ticks)
    {
        ticks = 0;
        if (text.Length < 6 || text[0] is not ((byte)'T' or (byte)'t' or (byte)' ') || !TryHourAndMinute(text[1..6], out ticks))
        {
            return false;
        }

        text = text[6..];
        if (text is [(byte)':', _, _, ..])
        {
            if (!TryDigits(text[1..3], out var second) || second > 59)
            {
                return false;
            }

            ticks += second * TimeSpan.TicksPerSecond;
            text = text[3..];
            if (text is [(byte)'.' or (byte)',', ..] && !TryFraction(ref text, ref ticks))
            {
                return false;
            }
        }

        return TryOffset(text, ref ticks);
    }

    private static bool TryFraction(ref ReadOnlySpan<byte> text, ref long ticks)
    {
        var unit = TimeSpan.TicksPerSecond;
        var i = 1;
        for (; i < text.Length && text[i] is >= (byte)'0' and <= (byte)'9'; i++)
        {
            unit /= 10;
            ticks += unit * (text[i] - '0');
        }

        text = text[i..];
        return i > 1;
    }

    private static bool TryOffset(ReadOnlySpan<byte> text, ref long ticks)
    {
        if (text.IsEmpty || text is [(byte)'Z' or (byte)'z'])
        {
            return true;
        }

        if (text is not [(byte)'+' or (byte)'-', _, _, (byte)':', _, _] || !TryHourAndMinute(text[1..], out var offset))
        {
            return false;
        }

        ticks -= text[0] is (byte)'+' ? offset : -offset;
        return true;
    }

    private static bool TryHourAndMinute(ReadOnlySpan<byte> text, out long ticks)
    {
        ticks = 0;
        if (text[2] is not (byte)':' || !TryDigits(text[..2], out var hour) || !TryDigits(text[3..5], out var minute)
            || hour > 23 || minute > 59)
        {
            return false;
        }

        ticks = (hour * TimeSpan.TicksPerHour) + (minute * TimeSpan.TicksPerMinute);
        return true;
    }

    private static bool TryDigits(ReadOnlySpan<byte> text, out int value)
    {
        value = 0;
        foreach (var character in text)
        {
            if (character is < (byte)'0' or > (byte)'9')
            {
                return false;
            }

            value = (10 * value) + character - '0';
        }

        return true;
    }
}
