using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Mlops.LocalHost.Timers;

/// <summary>An NCRONTAB expression: <c>{second} {minute} {hour} {day} {month} {day of week}</c>, in UTC.</summary>
/// <remarks>
/// <para>The rules are those of the NCRONTAB library, which Azure Functions uses. Five fields leave out the seconds, which are
/// then 0. A field is a list of items: a value, a range <c>a-b</c>, <c>*</c>, each with an optional step <c>/n</c>; a value with a
/// step runs to the field's end. Months and days of the week may be English names or any beginning of one; the week begins with
/// Sunday, 0. A range that is the wrong way round is turned.</para>
/// <para>Unlike in Unix cron, a day must satisfy both the day of the month and the day of the week.</para>
/// </remarks>
public sealed class Ncrontab
{
    // The calendar repeats every 28 years within a century; 29 February on a given weekday may take 40 across 2100.
    private const int YearsToSearch = 50;

    private static readonly string[] Months = CultureInfo.InvariantCulture.DateTimeFormat.MonthNames[..12];
    private static readonly string[] Days = CultureInfo.InvariantCulture.DateTimeFormat.DayNames;

    private readonly ulong _seconds;
    private readonly ulong _minutes;
    private readonly ulong _hours;
    private readonly ulong _days;
    private readonly ulong _months;
    private readonly ulong _weekdays;

    private Ncrontab(ReadOnlySpan<ulong> fields) => (_seconds, _minutes, _hours, _days, _months, _weekdays) =
        (fields[0], fields[1], fields[2], fields[3], fields[4], fields[5]);

    public static bool TryParse(string expression, [NotNullWhen(true)] out Ncrontab? schedule)
    {
        schedule = null;
        var words = expression.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (words.Length is not (5 or 6))
        {
            return false;
        }

        (int Least, int Most, string[] Names)[] kinds = [(0, 59, []), (0, 59, []), (0, 23, []), (1, 31, []), (1, 12, Months), (0, 6, Days)];
        var fields = new ulong[kinds.Length];
        fields[0] = 1;
        var skipped = kinds.Length - words.Length;
        for (var i = skipped; i < kinds.Length; i++)
        {
            var (least, most, names) = kinds[i];
            if (!TryParseField(words[i - skipped], least, most, names, out fields[i]))
            {
                return false;
            }
        }

        schedule = new(fields);
        return true;
    }

    /// <summary>The first instant after <paramref name="after"/> that the expression names; null if none comes (30 February).</summary>
    public DateTimeOffset? Next(DateTimeOffset after)
    {
        var from = after.UtcDateTime.AddTicks(-(after.UtcTicks % TimeSpan.TicksPerSecond)).AddSeconds(1);
        var midnight = from.Date;
        var time = FirstTime(from.Hour, from.Minute, from.Second);
        if (time is not null && HasDay(midnight))
        {
            return At(midnight, time.Value);
        }

        var first = FirstTime(0, 0, 0) ?? throw new InvalidOperationException("A parsed field names at least one value.");
        var end = midnight.Year + YearsToSearch > DateTime.MaxValue.Year ? DateTime.MaxValue.Date : midnight.AddYears(YearsToSearch);
        for (var day = midnight.AddDays(1); day < end; day = NextDay(day))
        {
            if (HasDay(day))
            {
                return At(day, first);
            }
        }

        return null;
    }

    private static DateTimeOffset At(DateTime midnight, TimeSpan time) => new(midnight + time, TimeSpan.Zero);

    private bool HasDay(DateTime day) => Has(_months, day.Month) && Has(_days, day.Day) && Has(_weekdays, (int)day.DayOfWeek);

    /// <summary>The next day that may do: months that do not are skipped whole.</summary>
    private DateTime NextDay(DateTime day) => Has(_months, day.Month) ? day.AddDays(1) : day.AddDays(1 - day.Day).AddMonths(1);

    /// <summary>The first time of day not before the given one; null if it is later than any.</summary>
    private TimeSpan? FirstTime(int hour, int minute, int second)
    {
        for (var h = NextIn(_hours, hour); h >= 0; h = NextIn(_hours, h + 1))
        {
            for (var m = NextIn(_minutes, h == hour ? minute : 0); m >= 0; m = NextIn(_minutes, m + 1))
            {
                var s = NextIn(_seconds, h == hour && m == minute ? second : 0);
                if (s >= 0)
                {
                    return new TimeSpan(h, m, s);
                }
            }
        }

        return null;
    }

    private static bool Has(ulong field, int value) => (field >> value & 1) is 1;

    private static int NextIn(ulong field, int from)
    {
        var rest = from > 63 ? 0 : field >> from;
        return rest is 0 ? -1 : from + System.Numerics.BitOperations.TrailingZeroCount(rest);
    }

    private static bool TryParseField(string text, int least, int most, string[] names, out ulong field)
    {
        field = 0;
        foreach (var item in text.Split(','))
        {
            if (!TryParseItem(item, least, most, names, out var values))
            {
                return false;
            }

            field |= values;
        }

        return true;
    }

    private static bool TryParseItem(string item, int least, int most, string[] names, out ulong values)
    {
        values = 0;
        var slash = item.Split('/', 2);
        var step = 1;
        if (slash is [_, var every] && (!int.TryParse(every, NumberStyles.None, CultureInfo.InvariantCulture, out step) || step is 0))
        {
            return false;
        }

        // A longer step than the field reaches nothing more, and must not overflow.
        step = Math.Min(step, 64);
        var (first, last) = (least, most);
        if (slash[0] is not "*")
        {
            var ends = slash[0].Split('-', 2);
            if (!TryParseValue(ends[0], least, most, names, out first) || !TryParseValue(ends[^1], least, most, names, out last))
            {
                return false;
            }

            (first, last) = ends is [_] && slash is [_, _] ? (first, most) : (Math.Min(first, last), Math.Max(first, last));
        }

        for (var value = first; value <= last; value += step)
        {
            values |= 1UL << value;
        }

        return true;
    }

    private static bool TryParseValue(string text, int least, int most, string[] names, out int value)
    {
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value))
        {
            return value >= least && value <= most;
        }

        var named = text.Length is 0 ? -1 : Array.FindIndex(names, name => name.StartsWith(text, StringComparison.OrdinalIgnoreCase));
        value = named + least;
        return named >= 0;
    }
}
