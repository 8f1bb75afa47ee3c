using System.Globalization;
using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;

namespace Mlops.Serving;

public class JsonNumberRowsTests
{
    private const int Most = 4;

    [Theory]
    [InlineData("[[1,2],[3.5,-4]]")]
    [InlineData("[1,2,3.5,-4]")]
    [InlineData(" [ [ 1 , 2 ] ,\n\t[ 3.5 , -4e0 ] ] ")]
    public void Rows_are_read_nested_or_in_one_array(string array)
    {
        using var rows = new FeatureRows(2, 0);

        Assert.True(TryRead($$"""{"a":{{array}},"b":1}""", rows, out var next));
        Assert.Equal([1, 2, 3.5f, -4], rows.Numbers.ToArray());
        Assert.Equal("b", next);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("[[]]")]
    [InlineData("[[1]]")]
    [InlineData("[[1,2,3]]")]
    [InlineData("[1,2,3]")]
    [InlineData("[[1,2],3,4]")]
    [InlineData("[[1,2],[3,null]]")]
    [InlineData("[[1,2],[3,\"4\"]]")]
    [InlineData("[[1,2],[3,1e39]]")]
    [InlineData("[[[1,2]]]")]
    [InlineData("[[1,2],]")]
    [InlineData("[[1,2]")]
    [InlineData("[[1,02]]")]
    [InlineData("[1,2,3,4,5,6,7,8,9,10]")]
    [InlineData("1")]
    [InlineData("{}")]
    public void What_is_not_as_it_must_be_is_left_to_a_reading_by_tokens(string array)
    {
        using var rows = new FeatureRows(2, 0);

        Assert.False(TryRead($$"""{"a":{{array}},"b":1}""", rows, out _));
        Assert.Equal(0, rows.Count);
    }

    [Fact]
    public void Any_numbers_are_read_as_by_tokens() => Prop.ForAll<NonEmptyArray<float>, bool, PositiveInt>((numbers, isNested, width) =>
    {
        string[] commas = [",", ", ", " ,", ",\n\t"];
        var comma = commas[width.Get % commas.Length];
        var columns = (width.Get % 5) + 1;
        var finite = numbers.Get.Select(number => float.IsFinite(number) ? number : 0).ToArray();
        var whole = finite.Concat(Enumerable.Repeat(1f, (columns - (finite.Length % columns)) % columns)).ToArray();
        var texts = whole.Select(number => number.ToString("R", CultureInfo.InvariantCulture)).Chunk(columns).Select(row => string.Join(comma, row));
        var array = isNested ? $"[{string.Join(comma, texts.Select(row => $"[{row}]"))}]" : $"[{string.Join(comma, texts)}]";
        using var rows = new FeatureRows(columns, 0);

        Assert.True(TryRead($$"""{"a":{{array}},"b":1}""", rows, out _, whole.Length));
        Assert.Equal(whole, rows.Numbers.ToArray());
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    /// <param name="next">The property after the array.</param>
    private static bool TryRead(string text, FeatureRows rows, out string? next, int most = Most)
    {
        ReadOnlySpan<byte> utf8 = Encoding.UTF8.GetBytes(text);
        var json = new Utf8JsonReader(utf8);
        json.Read();
        json.Read();
        var before = json.TokenStartIndex;
        next = null;
        if (!JsonNumberRows.TryRead(ref json, ref utf8, rows, most))
        {
            Assert.Equal(before, json.TokenStartIndex);
            return false;
        }

        Assert.True(json.Read());
        next = json.GetString();
        Assert.True(json.Read());
        Assert.Equal(1, json.GetInt32());
        Assert.True(json.Read());
        Assert.Equal(JsonTokenType.EndObject, json.TokenType);
        Assert.False(json.Read());
        return true;
    }
}
