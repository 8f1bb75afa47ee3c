using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace Mlops.Serving;

public class JsonNumberTests
{
    [Theory]
    [InlineData("0")]
    [InlineData("-0")]
    [InlineData("0.1")]
    [InlineData("-0.30000000000000004")]
    [InlineData("9007199254740992")]
    [InlineData("9007199254740993")]
    [InlineData("18446744073709551616")]
    [InlineData("99999999999999999999999")]
    [InlineData("0.00000000000000000001")]
    [InlineData("1e22")]
    [InlineData("1.5E-7")]
    [InlineData("4.9e-324")]
    [InlineData("1.7976931348623157e308")]
    [InlineData("1E+5")]
    [InlineData("0e99999999999")]
    [InlineData("0.000e-7")]
    [InlineData("72057594037927933")]
    [InlineData("72057594037927932")]
    [InlineData("9007199254740993e10")]
    [InlineData("9007199254740993.0e-3")]
    [InlineData("1.00000000000000011102230246251565")]
    [InlineData("8.589934592000001e9")]
    [InlineData("9999999999999999999e60")]
    [InlineData("9999999999999999999e-60")]
    [InlineData("2.2250738585072011e-308")]
    [InlineData("1e400")]
    [InlineData("-1e400")]
    public void A_number_is_rounded_as_the_framework_rounds_it(string text) =>
        Assert.Equal(double.Parse(text, CultureInfo.InvariantCulture), JsonNumber.Parse(Encoding.ASCII.GetBytes(text)));

    [Fact]
    public void Any_double_reads_back_exactly() => Prop.ForAll<NormalFloat>(number =>
    {
        var text = number.Get.ToString("R", CultureInfo.InvariantCulture);
        Assert.Equal(number.Get, JsonNumber.Parse(Encoding.ASCII.GetBytes(text)));
    }).QuickCheckThrowOnFailure();

    /// <summary>Numbers halfway between two doubles and their neighbours, where rounding is hardest.</summary>
    [Fact]
    public void Numbers_next_to_a_tie_are_rounded_as_the_framework_rounds_them()
    {
        var random = new Random(7);
        for (var i = 0; i < 200_000; i++)
        {
            var tie = (((1UL << 52) | ((ulong)random.NextInt64() >> 12)) << 1) | 1;
            var digits = (tie << random.Next(0, 10)) + (ulong)random.Next(-1, 2);
            var text = $"{digits.ToString(CultureInfo.InvariantCulture)}e{random.Next(-60, 61).ToString(CultureInfo.InvariantCulture)}";
            Assert.Equal(double.Parse(text, CultureInfo.InvariantCulture), JsonNumber.Parse(Encoding.ASCII.GetBytes(text)));
        }
    }

    [Fact]
    public void Seventeen_digit_numbers_are_rounded_as_the_framework_rounds_them()
    {
        var random = new Random(8);
        for (var i = 0; i < 200_000; i++)
        {
            var text = (random.NextDouble() * Math.Pow(10, random.Next(-20, 20))).ToString("G17", CultureInfo.InvariantCulture);
            Assert.Equal(double.Parse(text, CultureInfo.InvariantCulture), JsonNumber.Parse(Encoding.ASCII.GetBytes(text)));
        }
    }

    [Fact]
    public void Any_decimal_is_rounded_as_the_framework_rounds_it() => Prop.ForAll<long, byte>((digits, scale) =>
    {
        var text = (digits / (decimal)Math.Pow(10, scale % 19)).ToString(CultureInfo.InvariantCulture);
        Assert.Equal(double.Parse(text, CultureInfo.InvariantCulture), JsonNumber.Parse(Encoding.ASCII.GetBytes(text)));
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(5_000));

    [Theory]
    [InlineData("1", 1)]
    [InlineData("12]", 2)]
    [InlineData("-0.5, 1", 4)]
    [InlineData("1e5}", 3)]
    [InlineData("0.001E-2 ", 8)]
    [InlineData("1.5.5", 3)]
    [InlineData("", 0)]
    [InlineData("-", 0)]
    [InlineData("01", 0)]
    [InlineData("-00.5", 0)]
    [InlineData(".5", 0)]
    [InlineData("1.", 0)]
    [InlineData("1.e3", 0)]
    [InlineData("1e", 0)]
    [InlineData("1e+", 0)]
    [InlineData("+1", 0)]
    [InlineData("NaN", 0)]
    [InlineData("null", 0)]
    public void A_number_ends_where_the_grammar_says(string text, int length) =>
        Assert.Equal(length, JsonNumber.Read(Encoding.ASCII.GetBytes(text), out _));

    [Theory]
    [InlineData("0")]
    [InlineData("-0")]
    [InlineData("7.25")]
    [InlineData("-17.99")]
    [InlineData("123456789012345")]
    [InlineData("1234567.8901234")]
    [InlineData("1234567890123456")]
    [InlineData("1234567890123456789")]
    [InlineData("9999999999999999999")]
    [InlineData("9999999999.999999999")]
    [InlineData("0.12345678901234567")]
    [InlineData("-0.012345678901234567")]
    [InlineData("57.034567891234567")]
    public void A_number_whose_end_is_known_is_rounded_as_the_framework_rounds_it(string text)
    {
        Assert.True(TryReadPlain(text, out var value));
        Assert.Equal(double.Parse(text, CultureInfo.InvariantCulture), value);
    }

    [Fact]
    public void Any_number_whose_end_is_known_is_left_to_others_or_rounded_as_the_framework_rounds_it()
    {
        var random = new Random(9);
        var read = 0;
        for (var i = 0; i < 200_000; i++)
        {
            var text = new string([.. Enumerable.Range(0, random.Next(1, 22)).Select(_ => (char)('0' + random.Next(10)))]);
            var place = random.Next(2 * text.Length);
            text = place > 0 && place < text.Length ? text.Insert(place, ".") : text;
            var isJson = text[0] is not '0' || text.Length is 1 || text[1] is '.';
            var isRead = TryReadPlain(text, out var value);
            Assert.True(isJson || !isRead, text);
            Assert.True(!isRead || value == double.Parse(text, CultureInfo.InvariantCulture), text);
            read += isRead ? 1 : 0;
        }

        Assert.InRange(read, 100_000, 200_000);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-")]
    [InlineData(".5")]
    [InlineData("5.")]
    [InlineData("1.2.3")]
    [InlineData("1..2")]
    [InlineData("01")]
    [InlineData("-01.5")]
    [InlineData("00")]
    [InlineData("+1")]
    [InlineData("--1")]
    [InlineData("1-2")]
    [InlineData("1e5")]
    [InlineData(" 1")]
    [InlineData("1 ")]
    [InlineData("1:5")]
    [InlineData("1/5")]
    [InlineData("null")]
    [InlineData("0.1234567890123456e-5")]
    [InlineData("0.123456789.1234567")]
    [InlineData("01234567890123456")]
    [InlineData("12345678.12345678")]
    [InlineData("0.123456789012345678901234567890")]
    public void What_is_no_plain_number_is_left_to_others(string text) => Assert.False(TryReadPlain(text, out _));

    /// <summary>Reads a number that stands in a text that goes on with digits, which are not its.</summary>
    private static bool TryReadPlain(string text, out double value) =>
        JsonNumber.TryReadPlain(Encoding.ASCII.GetBytes("9" + text + "99999999999999999999"), 1, text.Length + 1, out value);
}
