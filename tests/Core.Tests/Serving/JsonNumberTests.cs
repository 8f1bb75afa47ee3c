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

    [Fact]
    public void Any_decimal_is_rounded_as_the_framework_rounds_it() => Prop.ForAll<long, byte>((digits, scale) =>
    {
        var text = (digits / (decimal)Math.Pow(10, scale % 19)).ToString(CultureInfo.InvariantCulture);
        Assert.Equal(double.Parse(text, CultureInfo.InvariantCulture), JsonNumber.Parse(Encoding.ASCII.GetBytes(text)));
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(5_000));
}
