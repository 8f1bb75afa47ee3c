using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace Mlops.Data;

public sealed class CsvValueTests
{
    [Theory]
    [InlineData("0", NumberForm.Integer, 0)]
    [InlineData("-17", NumberForm.Integer, -17)]
    [InlineData("+5", NumberForm.Integer, 5)]
    [InlineData("007", NumberForm.Integer, 7)]
    [InlineData(" 12\t", NumberForm.Integer, 12)]
    [InlineData("9223372036854775807", NumberForm.Integer, 9223372036854775807d)]
    [InlineData("-9223372036854775808", NumberForm.Integer, -9223372036854775808d)]
    [InlineData("9223372036854775808", NumberForm.Decimal, 9223372036854775808d)]
    [InlineData("123456789012345678901234567890", NumberForm.Decimal, 1.2345678901234568e29)]
    [InlineData("1.", NumberForm.Decimal, 1)]
    [InlineData(".5", NumberForm.Decimal, 0.5)]
    [InlineData("-1.25e-3", NumberForm.Decimal, -0.00125)]
    [InlineData("1E5", NumberForm.Decimal, 100_000)]
    [InlineData("1e-999999999999999", NumberForm.Decimal, 0)]
    [InlineData("2.2250738585072011e-308", NumberForm.Decimal, 2.2250738585072011e-308)]
    [InlineData("9007199254740993.0", NumberForm.Decimal, 9007199254740992d)]
    [InlineData("1e999999999999999", NumberForm.Infinite, double.PositiveInfinity)]
    [InlineData("-Infinity", NumberForm.Infinite, double.NegativeInfinity)]
    [InlineData("inf", NumberForm.Infinite, double.PositiveInfinity)]
    public void Numbers_are_read(string text, NumberForm form, double value)
    {
        Assert.Equal(form, CsvValue.ReadNumber(Encoding.UTF8.GetBytes(text), out var read));
        Assert.Equal(value, read);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-")]
    [InlineData(".")]
    [InlineData("e5")]
    [InlineData("1e")]
    [InlineData("1e+")]
    [InlineData("1 2")]
    [InlineData("1,5")]
    [InlineData("0x1F")]
    [InlineData("1_000")]
    [InlineData("--1")]
    [InlineData("1-2")]
    [InlineData("NaN")]
    [InlineData("٣")]
    public void Other_texts_are_no_numbers(string text) =>
        Assert.Equal(NumberForm.None, CsvValue.ReadNumber(Encoding.UTF8.GetBytes(text), out _));

    [Fact]
    public void Every_double_reads_back_from_every_notation() => Prop
        .ForAll(ArbMap.Default.ArbFor<double>().Filter(double.IsFinite), Gen.Elements("R", "E16", "E3", "F4", "G9").ToArbitrary(), (value, format) =>
        {
            var text = value.ToString(format, CultureInfo.InvariantCulture);
            Assert.NotEqual(NumberForm.None, CsvValue.ReadNumber(Encoding.UTF8.GetBytes(text), out var read));
            Assert.Equal(double.Parse(text, CultureInfo.InvariantCulture), read);
        })
        .Check(Config.QuickThrowOnFailure.WithMaxTest(5_000));

    [Fact]
    public void The_marks_of_missing_values_are_as_documented()
    {
        Assert.All(CsvValue.MissingMarks, mark => Assert.True(CsvValue.IsMissing(Encoding.UTF8.GetBytes($" {mark} "))));
        Assert.All(["0", "-", "na", "none", "missing", "#N/A N/A!", "NaNaNaNaN", "é"], text =>
            Assert.False(CsvValue.IsMissing(Encoding.UTF8.GetBytes(text))));
    }

    [Theory]
    [InlineData("true", true, true)]
    [InlineData("FALSE", true, false)]
    [InlineData(" True ", true, true)]
    [InlineData("yes", false, false)]
    [InlineData("1", false, false)]
    public void Booleans_are_true_and_false_in_any_case(string text, bool isBoolean, bool expected)
    {
        Assert.Equal(isBoolean, CsvValue.TryBoolean(Encoding.UTF8.GetBytes(text), out var value));
        Assert.Equal(expected, value);
    }

    [Theory]
    [InlineData("1970-01-01", 0)]
    [InlineData("2026-03-01T12:30", 1772368200)]
    [InlineData("2026-03-01 12:30:05.25", 1772368205.25)]
    [InlineData("2026-03-01T12:30:05Z", 1772368205)]
    [InlineData("2026-03-01T12:30:05+02:00", 1772361005)]
    [InlineData("2026-03-01t12:30:05,5-05:30", 1772388005.5)]
    [InlineData("0001-01-01T00:00:00Z", -62135596800)]
    [InlineData("2024-02-29", 1709164800)]
    public void Timestamps_are_read(string text, double unixSeconds)
    {
        Assert.True(IsoTimestamp.TryRead(Encoding.UTF8.GetBytes(text), out var seconds));
        Assert.Equal(unixSeconds, seconds);
    }

    [Theory]
    [InlineData("2026-02-29")]
    [InlineData("2026-13-01")]
    [InlineData("2026-00-10")]
    [InlineData("0000-01-01")]
    [InlineData("2026-3-1")]
    [InlineData("01/03/2026")]
    [InlineData("2026-03-01T")]
    [InlineData("2026-03-01T24:00")]
    [InlineData("2026-03-01T12:60")]
    [InlineData("2026-03-01T12:30:60")]
    [InlineData("2026-03-01T12:30:05.")]
    [InlineData("2026-03-01T12:30:05+2")]
    [InlineData("2026-03-01T12:30:05Zulu")]
    [InlineData("2026-03-01x12:30")]
    [InlineData("2026-03-01T12")]
    public void Other_texts_are_no_timestamps(string text) =>
        Assert.False(IsoTimestamp.TryRead(Encoding.UTF8.GetBytes(text), out _));

    [Fact]
    public void A_timestamp_reads_as_the_framework_reads_it() => Prop
        .ForAll(ArbMap.Default.ArbFor<DateTimeOffset>(), instant =>
        {
            Assert.True(IsoTimestamp.TryRead(Encoding.UTF8.GetBytes(instant.ToString("O", CultureInfo.InvariantCulture)), out var seconds));
            Assert.Equal((instant.UtcTicks - DateTime.UnixEpoch.Ticks) / 1e7, seconds);
        })
        .QuickCheckThrowOnFailure();
}
