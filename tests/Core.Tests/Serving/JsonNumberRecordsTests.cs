using System.Globalization;
using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;

namespace Mlops.Serving;

public sealed class JsonNumberRecordsTests
{
    private const int Most = 4;

    [Theory]
    [InlineData("""[{"a":1,"bé":2},{"a":3.5,"bé":-4}]""")]
    [InlineData("""[{"bé":2,"a":1},{"bé":-4,"a":3.5}]""")]
    [InlineData(""" [ { "a" : 1 , "bé" : 2.0e0 } ,\n\t{ "a":3.5, "bé":-4 } ] """)]
    public void Records_are_read_in_whichever_order_all_have_their_names(string records)
    {
        using var rows = new FeatureRows(2, 0);

        Assert.True(TryRead($$"""{"r":{{records.Replace("\\n\\t", "\n\t", StringComparison.Ordinal)}},"next":1}""", rows, Most, out var next));
        Assert.Equal([1, 2, 3.5f, -4], rows.Numbers.ToArray());
        Assert.Equal("next", next);
    }

    [Fact]
    public void A_single_record_is_read_where_there_is_no_array()
    {
        using var rows = new FeatureRows(2, 0);

        Assert.True(TryRead("""{"r":{"a":1,"bé":2},"next":1}""", rows, null, out var next));
        Assert.Equal([1, 2], rows.Numbers.ToArray());
        Assert.Equal("next", next);
        rows.Clear();
        Assert.False(TryRead("""{"r":[{"a":1,"bé":2}],"next":1}""", rows, null, out _));
    }

    [Theory]
    [InlineData("""[]""")]
    [InlineData("""{"a":1,"bé":2}""")]
    [InlineData("""[{}]""")]
    [InlineData("""[{"a":1}]""")]
    [InlineData("""[{"a":1,"bé":2,"c":3}]""")]
    [InlineData("""[{"a":1,"a":2}]""")]
    [InlineData("""[{"a":1,"bé":2},{"bé":4,"a":3}]""")]
    [InlineData("""[{"a":1,"bé":2},{"a":3}]""")]
    [InlineData("""[{"a":1,"bé":2},{"a":3,"bé":4,"a":5}]""")]
    [InlineData("""[{"a":1,"b\u00e9":2}]""")]
    [InlineData("""[{"a":1,"bé":null}]""")]
    [InlineData("""[{"a":1,"bé":"2"}]""")]
    [InlineData("""[{"a":1,"bé":1e39}]""")]
    [InlineData("""[{"a":1,"bé":02}]""")]
    [InlineData("""[{"a":1,"bé":2},]""")]
    [InlineData("""[{"a":1,"bé":2}""")]
    [InlineData("""[{"a":1,"bé" 2}]""")]
    [InlineData("""[{"a":1,"bé""")]
    [InlineData("""[[1,2]]""")]
    [InlineData("""[{"a":1,"bé":2},{"a":1,"bé":2},{"a":1,"bé":2},{"a":1,"bé":2},{"a":1,"bé":2}]""")]
    public void What_is_not_as_it_must_be_is_left_to_a_reading_by_tokens(string records)
    {
        using var rows = new FeatureRows(2, 0);

        Assert.False(TryRead($$"""{"r":{{records}},"next":1}""", rows, Most, out _));
        Assert.Equal(0, rows.Count);
    }

    [Fact]
    public void Any_numbers_are_read_as_by_tokens() => Prop.ForAll<NonEmptyArray<float>>(numbers =>
    {
        var finite = numbers.Get.Select(number => float.IsFinite(number) ? number : 0).ToArray();
        var records = finite.Select(number => string.Create(CultureInfo.InvariantCulture, $$"""{"a":{{number:R}},"bé": {{-number:R}}}"""));
        using var rows = new FeatureRows(2, 0);

        Assert.True(TryRead($$"""{"r":[{{string.Join(",", records)}}],"next":1}""", rows, finite.Length, out _));
        Assert.Equal(finite.SelectMany(number => new[] { number, -number }), rows.Numbers.ToArray());
    }).QuickCheckThrowOnFailure();

    /// <param name="next">The property after the records.</param>
    private static bool TryRead(string text, FeatureRows rows, int? most, out string? next)
    {
        ReadOnlySpan<byte> utf8 = Encoding.UTF8.GetBytes(text);
        var json = new Utf8JsonReader(utf8);
        json.Read();
        json.Read();
        next = null;
        if (!JsonNumberRecords.TryRead(ref json, ref utf8, rows, new Utf8Names(["a", "bé"]), new int[2], most))
        {
            Assert.Equal("r", json.GetString());
            return false;
        }

        json.Read();
        next = json.GetString();
        return true;
    }
}
