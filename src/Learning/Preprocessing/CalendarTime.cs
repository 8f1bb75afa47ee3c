using Mlops.Training;

namespace Mlops.Learning;

/// <summary>The proleptic Gregorian calendar in floors and fractions, in UTC.</summary>
/// <remarks>
/// Years are counted from 1 March, so that the leap day is the last; then months of 31 and 30 days follow a straight line (153 days in
/// five months). 400 years are 146,097 days. After E. M. Richards' algorithm, Explanatory Supplement to the Astronomical
/// Almanac, 3rd edition, section 15.11. All numbers are whole and below 2^53, so doubles hold them exactly.
/// </remarks>
internal sealed class CalendarTime<T, TArithmetic>
    where TArithmetic : struct, IArithmetic<T>
{
    private const double FirstSecond = -62_135_596_800;
    private const double LastSecond = 253_402_300_799;
    private const double SecondsPerDay = 86_400;
    private const double DaysBeforeEpoch = 719_468;
    private const double DaysPerEra = 146_097;

    private readonly TArithmetic _math;
    private readonly T _day;
    private readonly T _second;
    private readonly T _era;
    private readonly T _yearOfEra;
    private readonly T _dayOfYear;
    private readonly T _monthsFromMarch;
    private readonly T _isNextYear;

    /// <param name="seconds">Unix time as single precision has it; before year 1 and after 9999 the nearest time in them.</param>
    public CalendarTime(TArithmetic math, T seconds)
    {
        _math = math;

        // Rounding may have taken half a unit in the last place: giving that back keeps a full hour from falling into the one before.
        var bounded = math.Min(math.Max(seconds, math.Number(FirstSecond)), math.Number(LastSecond));
        var whole = math.Floor(math.Add(bounded, math.Mul(math.Abs(bounded), math.Number(1.0 / (1 << 24)))));
        _day = Quotient(whole, SecondsPerDay);
        _second = math.Sub(whole, Times(_day, SecondsPerDay));

        var fromMarch = Plus(_day, DaysBeforeEpoch);
        _era = Quotient(fromMarch, DaysPerEra);
        var dayOfEra = math.Sub(fromMarch, Times(_era, DaysPerEra));
        var leapDays = math.Sub(
            math.Add(Quotient(dayOfEra, 1_460), Quotient(dayOfEra, 146_096)), Quotient(dayOfEra, 36_524));
        _yearOfEra = Quotient(math.Sub(dayOfEra, leapDays), 365);
        var start = math.Sub(math.Add(Times(_yearOfEra, 365), Quotient(_yearOfEra, 4)), Quotient(_yearOfEra, 100));
        _dayOfYear = math.Sub(dayOfEra, start);
        _monthsFromMarch = Quotient(Plus(Times(_dayOfYear, 5), 2), 153);
        _isNextYear = math.AtLeast(_monthsFromMarch, math.Number(10));
    }

    public T this[DatePart part] => part switch
    {
        DatePart.Year => _math.Add(_math.Add(_yearOfEra, Times(_era, 400)), _isNextYear),
        DatePart.Month => _math.Sub(Plus(_monthsFromMarch, 3), Times(_isNextYear, 12)),
        DatePart.Day => Plus(_math.Sub(_dayOfYear, Quotient(Plus(Times(_monthsFromMarch, 153), 2), 5)), 1),
        DatePart.DayOfWeek => Remainder(Plus(_day, 3), 7),
        DatePart.DayOfYear => DayOfYear(),
        DatePart.Hour => Quotient(_second, 3_600),
        DatePart.Minute => Remainder(Quotient(_second, 60), 60),
        _ => throw new ArgumentOutOfRangeException(nameof(part), part, "There is no such part."),
    };

    /// <summary>From 1 January: January starts 306 days after March; March 59 days, in a leap year 60, after January.</summary>
    private T DayOfYear()
    {
        var isLeap = _math.Add(
            _math.Sub(IsMultiple(_yearOfEra, 4), IsMultiple(_yearOfEra, 100)), IsMultiple(_yearOfEra, 400));
        var sameYear = _math.Add(Plus(_dayOfYear, 60), isLeap);
        var nextYear = Plus(_dayOfYear, -305);
        return _math.Add(sameYear, _math.Mul(_isNextYear, _math.Sub(nextYear, sameYear)));
    }

    private T IsMultiple(T value, double divisor) => _math.Sub(Quotient(value, divisor), Quotient(Plus(value, -1), divisor));

    private T Remainder(T value, double divisor) => _math.Sub(value, Times(Quotient(value, divisor), divisor));

    private T Quotient(T value, double divisor) => _math.Floor(_math.Div(value, _math.Number(divisor)));

    private T Plus(T value, double number) => _math.Add(value, _math.Number(number));

    private T Times(T value, double number) => _math.Mul(value, _math.Number(number));
}
