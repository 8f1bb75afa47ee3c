using FsCheck;
using FsCheck.Fluent;
using Mlops.Training;

namespace Mlops.Learning;

/// <summary>The calendar held against the runtime's.</summary>
public sealed class DatePartsTests
{
    private static readonly DatePart[] All = Enum.GetValues<DatePart>();

    [Fact]
    public void Every_day_from_year_one_to_9999_has_its_parts()
    {
        // Early in the morning, so that single precision cannot reach another day.
        for (var day = new DateTime(1, 1, 3, 6, 0, 0); day < new DateTime(9999, 12, 20); day = day.AddDays(13))
        {
            var seconds = (float)(day - DateTime.UnixEpoch).TotalSeconds;
            var time = new CalendarTime<double, NumberArithmetic>(default, seconds);

            Assert.Equal(
                (day.Year, day.Month, day.Day, ((int)day.DayOfWeek + 6) % 7, day.DayOfYear),
                ((int)time[DatePart.Year], (int)time[DatePart.Month], (int)time[DatePart.Day],
                    (int)time[DatePart.DayOfWeek], (int)time[DatePart.DayOfYear]));
        }
    }

    [Fact]
    public void A_full_hour_stays_in_its_hour_and_a_day_in_its_day()
    {
        for (var hour = new DateTime(1995, 12, 30); hour < new DateTime(2038, 1, 1); hour = hour.AddHours(7))
        {
            var time = new CalendarTime<double, NumberArithmetic>(default, (float)(hour - DateTime.UnixEpoch).TotalSeconds);

            Assert.Equal((hour.Hour, hour.Day), ((int)time[DatePart.Hour], (int)time[DatePart.Day]));
        }
    }

    [Fact]
    public void Near_the_epoch_minutes_are_exact()
    {
        var column = Make.Times("t", 0, 60, 3_599, -60, 86_399);

        Assert.Equal([0f, 1, 59, 59, 59], Parts([DatePart.Minute], column));
        Assert.Equal([0f, 0, 0, 23, 23], Parts([DatePart.Hour], column));
        Assert.Equal([3f, 3, 3, 2, 3], Parts([DatePart.DayOfWeek], column));
    }

    [Fact]
    public void The_graph_has_the_same_parts_of_any_time()
    {
        var times = Gen.OneOf(
            Gen.Choose(int.MinValue, int.MaxValue).Select(value => (double)value),
            Gen.Choose(-2_000, 9_000).Select(year => (year - 1_970) * 31_556_952.0),
            Gen.Elements(double.NaN, double.PositiveInfinity, double.NegativeInfinity, 0, -0.5, 951_782_400, 4_107_542_400, 1e30));
        var columns = times.NonEmptyListOf().Select(list => list.ToArray()).ToArbitrary();
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(50), Prop.ForAll(columns, seconds =>
            Encoded.GraphAgrees(Encoding(All, Make.Times("t", 0)), Make.Times("t", seconds))));
    }

    [Fact]
    public void A_timestamp_is_time_month_day_of_the_week_and_hour_unless_asked_otherwise()
    {
        var column = Make.Times("t", 1_582_934_400, double.NaN);

        Assert.Equal([1_582_934_400f, 2, 5, 0, float.NaN, float.NaN, float.NaN, float.NaN], Rows(Preparation.Default));
        Assert.Equal([1_582_934_400f, float.NaN], Rows(Make.Prepared("t", new ColumnPreprocessing(Dates: []))));

        float[] Rows(Preparation how) => Encoded.Rows(Encoded.Learn(EncodingDefaults.Trees, how, column).Encoding, column);
    }

    private static FeatureEncoding Encoding(DatePart[] parts, Data.Column column) =>
        Encoded.Learn(EncodingDefaults.Trees, Make.Prepared("t", new ColumnPreprocessing(Dates: parts)), column).Encoding;

    private static IEnumerable<float> Parts(DatePart[] parts, Data.NumericColumn column) =>
        Encoded.Rows(Encoding(parts, column), column).Where((_, index) => index % 2 is 1);
}
