using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;

namespace Mlops.Serving;

public sealed class ShortNumbersTests
{
    [Fact]
    public void A_number_of_any_bits_is_written_as_the_framework_does() => Prop.ForAll<int>(seed =>
    {
        var random = new DeterministicRandom(seed);
        for (var i = 0; i < 20_000; i++)
        {
            var value = BitConverter.UInt32BitsToSingle((uint)random.NextUInt64());
            if (float.IsFinite(value) && Written(value) != Expected(value))
            {
                return false;
            }
        }

        return true;
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(10));

    [Fact]
    public void A_number_with_few_decimals_is_written_with_them() => Prop.ForAll<int>(seed =>
    {
        var random = new DeterministicRandom(seed);
        for (var i = 0; i < 20_000; i++)
        {
            var places = random.NextInt(9);
            var value = (float)((random.NextInt(2_000_001) - 1_000_000) / Math.Pow(10, places));
            if (Written(value) != Expected(value))
            {
                return false;
            }
        }

        return true;
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(10));

    [Theory]
    [InlineData(0f, "0")]
    [InlineData(-0f, "-0")]
    [InlineData(1f, "1")]
    [InlineData(-17.99f, "-17.99")]
    [InlineData(0.0001f, "0.0001")]
    [InlineData(0.00001f, "1E-05")]
    [InlineData(999999.9f, "999999.9")]
    [InlineData(1e6f, "1000000")]
    [InlineData(100000000f, "100000000")]
    [InlineData(1e9f, "1E+09")]
    [InlineData(16777216f, "16777216")]
    [InlineData(0.3f, "0.3")]
    [InlineData(1.17549435E-38f, "1.1754944E-38")]
    [InlineData(-1.2345678E-20f, "-1.2345678E-20")]
    [InlineData(float.MaxValue, "3.4028235E+38")]
    [InlineData(float.Epsilon, "1E-45")]
    public void Numbers_are_written_like_this(float value, string expected) => Assert.Equal(expected, Written(value));

    [Fact]
    public void Numbers_stand_in_an_array_like_others()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer);

        json.WriteStartArray();
        json.WriteShortNumber(0.5f);
        json.WriteNumberValue(2);
        json.WriteShortNumber(1e-9f);
        json.WriteShortNumber(-3.25f);
        json.WriteEndArray();
        json.Flush();

        Assert.Equal("[0.5,2,1E-09,-3.25]", Encoding.UTF8.GetString(buffer.WrittenSpan));
    }

    private static string Expected(float value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Written(float value)
    {
        Span<byte> text = stackalloc byte[ShortNumbers.MostBytes];
        return Encoding.UTF8.GetString(text[..ShortNumbers.Format(value, text)]);
    }
}
