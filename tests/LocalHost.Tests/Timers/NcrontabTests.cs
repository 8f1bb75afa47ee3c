using System.Globalization;
using FsCheck;
using FsCheck.Fluent;

namespace Mlops.LocalHost.Timers;

public sealed class NcrontabTests
{
    /// <summary>Made by <c>python3 ncrontab.py &gt; ncrontab.tsv</c>, which counts days and seconds one by one.</summary>
    public static TheoryData<string, string, string> Golden
    {
        get
        {
            var data = new TheoryData<string, string, string>();
            foreach (var line in File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Timers", "golden", "ncrontab.tsv")))
            {
                var parts = line.Split('\t');
                data.Add(parts[0], parts[1], parts[2]);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Golden))]
    public void Occurrences_follow_as_counted_one_by_one(string expression, string after, string expected)
    {
        var schedule = Parse(expression);
        var found = new List<string>();
        for (var next = schedule.Next(Instant(after)); next is { } then && found.Count < 4; next = schedule.Next(then))
        {
            found.Add(then.ToString("s", CultureInfo.InvariantCulture));
        }

        Assert.Equal(expected, string.Join(',', found));
    }

    [Theory]
    [InlineData("")]
    [InlineData("* * * *")]
    [InlineData("* * * * * * *")]
    [InlineData("60 * * * * *")]
    [InlineData("* * 24 * * *")]
    [InlineData("* * * 0 * *")]
    [InlineData("* * * 32 * *")]
    [InlineData("* * * * 13 *")]
    [InlineData("* * * * * 7")]
    [InlineData("*/0 * * * * *")]
    [InlineData("1-2-3 * * * * *")]
    [InlineData("1,,2 * * * * *")]
    [InlineData("-1 * * * * *")]
    [InlineData("1/ * * * * *")]
    [InlineData("a * * * * *")]
    [InlineData("* * * * Foo *")]
    [InlineData("* * * L * *")]
    [InlineData("* * * * * Mon#2")]
    public void What_ncrontab_does_not_know_is_no_expression(string text) => Assert.False(Ncrontab.TryParse(text, out _));

    [Fact]
    public void A_step_longer_than_the_field_leaves_its_start() =>
        Assert.Equal(Instant("2026-01-01T00:01:00"), Parse("0/2147483647 * * * * *").Next(Instant("2026-01-01T00:00:00")));

    [Fact]
    public void A_fraction_of_a_second_is_no_occurrence() =>
        Assert.Equal(Instant("2026-01-01T00:00:01"), Parse("* * * * * *").Next(Instant("2026-01-01T00:00:00").AddTicks(1)));

    [Fact]
    public void Nothing_that_matches_lies_before_the_next_occurrence()
    {
        var fields = from second in Field(0, 59)
                     from minute in Field(0, 59)
                     from hour in Field(0, 23)
                     from offset in Gen.Choose(0, 86_400 * 365)
                     select (second, minute, hour, offset);
        Prop.ForAll(fields.ToArbitrary(), sample =>
        {
            var (second, minute, hour, offset) = sample;
            var after = Instant("2026-01-01T00:00:00").AddSeconds(offset);
            var next = Parse($"{string.Join(',', second)} {string.Join(',', minute)} {string.Join(',', hour)} * * *").Next(after);
            var then = after.AddSeconds(1);
            while (!(second.Contains(then.Second) && minute.Contains(then.Minute) && hour.Contains(then.Hour)))
            {
                then = then.AddSeconds(1);
            }

            return next == then;
        }).QuickCheckThrowOnFailure();
    }

    private static Gen<int[]> Field(int least, int most) => Gen.NonEmptyListOf(Gen.Choose(least, most)).Select(values => values.ToArray());

    private static Ncrontab Parse(string text) => Ncrontab.TryParse(text, out var schedule) ? schedule : throw new FormatException(text);

    private static DateTimeOffset Instant(string text) =>
        DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
}
