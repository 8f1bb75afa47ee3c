using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace Mlops.Data;

public sealed class CsvReaderTests
{
    private static readonly Config Thorough = Config.QuickThrowOnFailure.WithMaxTest(2_000);

    /// <summary>Texts in which everything that means something to CSV is common, most rows of two values, and about half of them well-formed.</summary>
    private static readonly Arbitrary<string> Scribbles = Gen
        .Frequency(
            (20, Gen.Elements("a,b", "\"\",", ",", " 1 ,\"x\"\"\"", "\"p\nq\",é", "\",\r\n\",\"\"\"\"", "😀,a value longer than the vectors are")
                .SelectMany(row => Gen.Elements("\n", "\r\n", "\n\n"), (row, end) => row + end)),
            (1, Gen.Elements("a", ",", "\"", "\"\"", "\n", "\r\n", "\r", " ", "\"x\"y", "z\"")))
        .ListOf()
        .Select(pieces => "h,i\n" + string.Concat(pieces))
        .ToArbitrary();

    private static readonly Arbitrary<string[][]> Tables = Gen
        .Elements("a", ",", "\"", "\n", "\r\n", "\r", " ", "é", "😀", "long enough to pass the end of a vector", "12.5")
        .ArrayOf()
        .Select(string.Concat)
        .ArrayOf(3)
        .NonEmptyListOf()
        .Select(rows => rows.ToArray())
        .ToArbitrary();

    [Fact]
    public void Any_text_reads_as_a_naive_reader_reads_it() => Prop
        .ForAll(Scribbles, text =>
        {
            var rows = CsvRows.Of(text);
            var expected = NaiveCsv.Read(text);
            Assert.Equal(expected is null, rows.Fault is not null);
            if (expected is not null)
            {
                Assert.Equal(expected, rows.Rows);
            }
        })
        .Check(Thorough);

    [Fact]
    public void Whatever_is_written_with_quotes_reads_back() => Prop
        .ForAll(Tables, table =>
        {
            var text = new System.Text.StringBuilder("\uFEFFx,y,z\r\n");
            foreach (var row in table)
            {
                text.AppendJoin(',', row.Select(value => $"\"{value.Replace("\"", "\"\"")}\"")).Append("\r\n");
            }

            Assert.Equal([["x", "y", "z"], .. table], CsvRows.Of(text.ToString()).Rows);
        })
        .Check(Thorough);

    [Fact]
    public void Where_the_bytes_are_cut_makes_no_difference() => Prop
        .ForAll(Scribbles, Gen.Choose(0, 1_000).ArrayOf().ToArbitrary(), (text, places) =>
        {
            var bytes = Encoding.UTF8.GetBytes("\uFEFF" + text);
            var cuts = places.Select(place => place % (bytes.Length + 1)).Order().ToArray();
            Assert.Equal(CsvRows.Of(bytes).ToString(), CsvRows.Of(bytes, cuts: cuts).ToString());
        })
        .Check(Thorough);

    [Fact]
    public void Every_single_byte_may_come_alone()
    {
        var bytes = Encoding.UTF8.GetBytes("a,\"b\"\r\n\"1\"\"\",\"x\r\ny\"\r\n\r\n2,ü\n");

        var rows = CsvRows.Of(bytes, null, [.. Enumerable.Range(0, bytes.Length)]);

        Assert.Null(rows.Fault);
        Assert.Equal([["a", "b"], ["1\"", "x\r\ny"], ["2", "ü"]], rows.Rows);
    }

    [Theory]
    [InlineData("", 1, null, "The file is empty; it needs a header.")]
    [InlineData("\n\n", 1, null, "The file is empty; it needs a header.")]
    [InlineData("a,b\n", 2, null, "There are no rows below the header.")]
    [InlineData("a,,c\n1,2,3\n", 1, null, "Column 2 has no name.")]
    [InlineData("a,b,a\n1,2,3\n", 1, "a", "Columns 1 and 3 have the same name.")]
    [InlineData("a,\"b\nc\"\n1,2\n", 1, "b\nc", "The name of column 2 has a control character.")]
    [InlineData("a;b\n1;2\n", 1, "a;b", "The header has no comma; values must be separated by commas, not by semicolons or tabs.")]
    [InlineData("a,b\n1,2\n3\n", 3, null, "The row has 1 value; the header has 2.")]
    [InlineData("a,b\n1,2,3\n", 2, null, "The row has 3 values; the header has 2.")]
    [InlineData("a,b\n\"x\ny\",2\n\n4,5,6\n", 5, null, "The row has 3 values; the header has 2.")]
    [InlineData("a,b\n1,2\n3,\"x\n", 3, "b", "A quote is not closed.")]
    [InlineData("a,b\n1,\"2\"3\n", 2, "b", "Text follows the closing quote.")]
    [InlineData("a,b\n1,\"2\"\r3\n", 2, "b", "Text follows the closing quote.")]
    [InlineData("a,b\n1,\"2\"\r", 2, "b", "Text follows the closing quote.")]
    [InlineData("a,b\n5\" disk,2\n", 2, "a", "A quote stands inside a value that does not start with one.")]
    [InlineData("a,b\n1,2\r3,4\r", 2, "b", "A carriage return has no line feed after it.")]
    [InlineData("a,b\n1,2\n3,x\0y\n", 3, "b", "The value in column 2 has a NUL byte.")]
    public void A_malformed_file_is_refused_with_line_column_and_reason(string text, int line, string? column, string reason) =>
        Assert.Equal(new CsvFault(line, column, reason), CsvRows.Of(text).Fault);

    [Theory]
    [InlineData(new byte[] { 0xFF, 0xFE, 0x61, 0x00 }, 1, null, "The file is UTF-16; it must be UTF-8.")]
    [InlineData(new byte[] { 0x61, 0x0A, 0x31, 0x0A, 0xE4, 0x0A }, 3, "a", "The value in column 1 is not UTF-8.")]
    [InlineData(new byte[] { 0x61, 0x0A, 0x31, 0x0A, 0xC3 }, 3, "a", "The value in column 1 is not UTF-8.")]
    [InlineData(new byte[] { 0x61, 0xC3, 0x0A, 0x31, 0x0A }, 1, null, "The value in column 1 is not UTF-8.")]
    public void Other_encodings_are_refused(byte[] bytes, int line, string? column, string reason) =>
        Assert.Equal(new CsvFault(line, column, reason), CsvRows.Of(bytes).Fault);

    [Theory]
    [InlineData("a,b,c,d\n", 1, null, "The header has 4 columns; there may be 3.")]
    [InlineData("a,bcdef\n1,2\n", 1, null, "The name of column 2 is longer than 4 characters.")]
    [InlineData("a,b\n1,123456789\n", 2, "b", "The value in column 2 is longer than 8 bytes.")]
    [InlineData("a,b\n1234567,1234567,\"12345\"\n", 2, null, "The row has 3 values; the header has 2.")]
    [InlineData("a,b\n1,\"2345678901234567890123456789\n", 2, null, "The row is longer than 20 bytes; perhaps a quote is not closed.")]
    public void What_exceeds_a_limit_is_refused(string text, int line, string? column, string reason) => Assert.Equal(
        new CsvFault(line, column, reason),
        CsvRows.Of(text, new CsvLimits(MaxColumns: 3, MaxNameLength: 4, MaxFieldBytes: 8, MaxRowBytes: 20)).Fault);

    [Fact]
    public void Thousands_of_columns_are_read()
    {
        var names = Enumerable.Range(0, 10_000).Select(i => $"c{i}").ToArray();
        var text = string.Join(',', names) + "\n" + string.Join(',', names.Reverse()) + "\n";

        Assert.Equal([names, [.. names.Reverse()]], CsvRows.Of(text).Rows);
        Assert.Equal("The header has 10001 columns; there may be 10000.", CsvRows.Of("x," + text).Fault?.Reason);
    }
}
