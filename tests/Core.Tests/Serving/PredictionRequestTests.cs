using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Mlops.Data;
using Mlops.Registry;

namespace Mlops.Serving;

public class PredictionRequestTests
{
    private static readonly ModelSignature Signature = new(
        [
            new ColumnSchema("age", ColumnType.Integer, false),
            new ColumnSchema("plan", ColumnType.Category, true),
            new ColumnSchema("spent", ColumnType.Number, true),
            new ColumnSchema("paid", ColumnType.Boolean, false),
            new ColumnSchema("since", ColumnType.Timestamp, false),
            new ColumnSchema("note", ColumnType.Text, false),
        ],
        "left",
        TaskType.Binary,
        ["no", "yes"]);

    private const string Good = """{"age":41,"plan":"gold","spent":12.5,"paid":true,"since":"1970-01-01T00:01:00Z","note":"hi"}""";

    private static readonly PredictionRequestReader Reader = new(Signature);

    [Fact]
    public void One_record_becomes_one_row_in_signature_order()
    {
        using var rows = Accepted($$"""{"record":{{Good}}}""");

        Assert.Equal(1, rows.Batch.Rows);
        Assert.Equal([41, 12.5f, 1, 60], rows.Batch.Numbers.ToArray());
        Assert.Equal(["gold", "hi"], rows.Batch.Strings.ToArray());
    }

    [Fact]
    public void Features_may_come_in_any_order_and_escaped()
    {
        using var rows = Accepted(
            """{"records":[{"note":"h\u0069","sin\u0063e":"1970-01-01T00:01:00Z","paid":false,"spent":null,"plan":"","\u0061ge":4.1e1}]}""");

        Assert.Equal([41, float.NaN, 0, 60], rows.Batch.Numbers.ToArray());
        Assert.Equal(["", "hi"], rows.Batch.Strings.ToArray());
    }

    [Theory]
    [InlineData("1970-01-01", 0)]
    [InlineData("1970-01-01T00:01", 60)]
    [InlineData("1970-01-01T02:00:30+02:00", 30)]
    [InlineData("1969-12-31T23:59:59.5Z", -0.5)]
    public void A_timestamp_is_utc_unless_it_has_an_offset(string text, float expected)
    {
        using var rows = Accepted(Record("since", $"\"{text}\""));

        Assert.Equal(expected, rows.Batch.Numbers.Span[3]);
    }

    [Theory]
    [InlineData("age", "41.5", "expected a whole number that fits a 32-bit float, found 41.5")]
    [InlineData("age", "\"41\"", "expected a whole number that fits a 32-bit float, found the string '41'")]
    [InlineData("age", "null", "expected a whole number that fits a 32-bit float, found null")]
    [InlineData("age", "1e39", "expected a whole number that fits a 32-bit float, found 1e39")]
    [InlineData("spent", "1e39", "expected a number that fits a 32-bit float, or null, found 1e39")]
    [InlineData("spent", "-1e400", "expected a number that fits a 32-bit float, or null, found -1e400")]
    [InlineData("spent", "\"NaN\"", "expected a number that fits a 32-bit float, or null, found the string 'NaN'")]
    [InlineData("spent", "{\"a\":[1]}", "expected a number that fits a 32-bit float, or null, found an object")]
    [InlineData("spent", "[1,[2]]", "expected a number that fits a 32-bit float, or null, found an array")]
    [InlineData("paid", "1", "expected true or false, found 1")]
    [InlineData("plan", "true", "expected a string, or null, found true")]
    [InlineData("note", "\"\"", "expected a string that is not empty, found an empty string")]
    [InlineData("note", "false", "expected a string that is not empty, found false")]
    [InlineData("since", "\"yesterday\"", "expected an ISO 8601 timestamp in a string, found the string 'yesterday'")]
    [InlineData("since", "\"2026-13-01\"", "expected an ISO 8601 timestamp in a string, found the string '2026-13-01'")]
    [InlineData("since", "1767225600", "expected an ISO 8601 timestamp in a string, found 1767225600")]
    public void A_value_of_another_kind_is_refused_by_name(string feature, string value, string message) =>
        Assert.Equal([new PredictionError($"record.{feature}", message)], Refused(Record(feature, value)));

    [Fact]
    public void All_that_is_wrong_is_told_at_once_and_in_order()
    {
        var errors = Refused($$"""
            {"records":[
              {{Good}},
              {"age":"x","colour":1,"plan":"gold","plan":"gold","spent":1,"paid":true,"since":"2026-01-01"},
              7
            ]}
            """);

        Assert.Equal(
            [
                "records[1].age: expected a whole number that fits a 32-bit float, found the string 'x'",
                "records[1].colour: the model has no such feature",
                "records[1].plan: is there more than once",
                "records[1].note: is missing; expected a string that is not empty",
                "records[2]: expected an object of features, found 7",
            ],
            errors.Select(error => $"{error.Path}: {error.Message}"));
    }

    [Theory]
    [InlineData("", "is not JSON from line 1, byte 0 on")]
    [InlineData("{\"record\":{\"age\":NaN}}", "is not JSON from line 1, byte 17 on")]
    [InlineData("{\"record\":{\"age\":4", "is not JSON from line 1, byte 18 on")]
    [InlineData("[]", "expected an object with 'record' or 'records', found an array")]
    [InlineData("7", "expected an object with 'record' or 'records', found 7")]
    [InlineData("{}", "expected 'record' or 'records'")]
    public void A_body_of_another_shape_is_refused(string body, string message) =>
        Assert.Equal(new PredictionError("body", message), Refused(body)[^1]);

    [Theory]
    [InlineData("{\"records\":{}}", "records: expected an array of objects, found an object")]
    [InlineData("{\"records\":[]}", "records: expected at least one record")]
    [InlineData("{\"record\":[]}", "record: expected an object of features, found an array")]
    [InlineData("{\"record\":null}", "record: expected an object of features, found null")]
    public void Records_are_objects(string body, string expected) =>
        Assert.Equal(expected, Assert.Single(Refused(body).Select(error => $"{error.Path}: {error.Message}")));

    [Fact]
    public void Nothing_stands_beside_the_records()
    {
        Assert.Equal(
            [new PredictionError("version", "there is no such field; expected 'record' or 'records'")],
            Refused($$"""{"version":{"a":1},"record":{{Good}}}"""));
        Assert.Equal(
            [new PredictionError("body", "has more than one of 'record' and 'records'")],
            Refused($$"""{"record":{{Good}},"records":[{{Good}}]}"""));
        Assert.Contains("is not JSON", Assert.Single(Refused($$"""{"record":{{Good}}} x""")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"record\":{\"\\ud800\":1}}")]
    [InlineData("{\"record\":{\"note\":\"\\udc00x\"}}")]
    [InlineData("{\"record\":{\"plan\":\"\\ud800\"}}")]
    [InlineData("{\"\\ud800\":1}")]
    public void Half_a_surrogate_pair_is_not_text(string body) =>
        Assert.Contains("surrogate", Refused(body)[^1].Message, StringComparison.Ordinal);

    [Fact]
    public void Bytes_that_are_not_utf8_are_refused_and_a_byte_order_mark_is_not()
    {
        Assert.Equal([new PredictionError("body", "is not UTF-8")], Read([.. "{\"record\":\""u8, 0xC3, 0x28, .. "\"}"u8]));
        Assert.Empty(Read([0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes($$"""{"record":{{Good}}}""")]));
    }

    [Fact]
    public void Ten_thousand_records_are_read_and_one_more_is_refused()
    {
        var most = string.Join(',', Enumerable.Repeat(Good, PredictionRequestReader.MaxRecords));

        using (var rows = Accepted($$"""{"records":[{{most}}]}"""))
        {
            Assert.Equal(PredictionRequestReader.MaxRecords, rows.Batch.Rows);
        }

        var errors = Refused($$"""{"records":[{{most}},{{Good}},[1]]}""");
        Assert.Equal([new PredictionError("records", "expected at most 10000 records")], errors);
    }

    [Fact]
    public void No_more_than_fifty_errors_are_told()
    {
        var records = string.Join(',', Enumerable.Repeat("{}", 1_000));

        Assert.Equal(PredictionRequestReader.MaxErrors, Refused($$"""{"records":[{{records}}]}""").Count);
    }

    [Fact]
    public void Nesting_without_end_is_refused() =>
        Assert.Contains("is not JSON", Refused("{\"record\":{\"age\":" + new string('[', 100_000))[^1].Message, StringComparison.Ordinal);

    [Fact]
    public void What_a_client_sent_is_not_told_back_at_length() =>
        Assert.All(
            Refused("{\"record\":{\"" + new string('x', 10_000) + "\":1,\"note\":1}}"),
            error => Assert.InRange(error.Path.Length + error.Message.Length, 1, 250));

    [Fact]
    public void Any_record_is_read_back_as_it_was_written() => Prop.ForAll<Sample[]>(samples =>
    {
        if (samples.Length is 0)
        {
            return;
        }

        var body = $$"""{"records":[{{string.Join(',', samples.Select(sample => sample.ToJson()))}}]}""";
        using var rows = Accepted(body);
        Assert.Equal(samples.SelectMany(sample => sample.Numbers), rows.Batch.Numbers.ToArray());
        Assert.Equal(samples.SelectMany(sample => sample.Strings), rows.Batch.Strings.ToArray());
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Any_bytes_are_accepted_or_refused_and_nothing_else() => Prop.ForAll<byte[], PositiveInt>((noise, position) =>
    {
        var body = Encoding.UTF8.GetBytes($$"""{"records":[{{Good}},{{Good}}]}""");
        noise.AsSpan(0, Math.Min(noise.Length, 4)).CopyTo(body.AsSpan(position.Get % (body.Length - 4)));
        Read(body);
        Read(noise);
    }).QuickCheckThrowOnFailure();

    private static string Record(string feature, string value)
    {
        var members = new Dictionary<string, string>
        {
            ["age"] = "41",
            ["plan"] = "\"gold\"",
            ["spent"] = "1",
            ["paid"] = "true",
            ["since"] = "\"2026-01-01\"",
            ["note"] = "\"hi\"",
            [feature] = value,
        };
        return "{\"record\":{" + string.Join(", ", members.Select(member => $"\"{member.Key}\": {member.Value}")) + "}}";
    }

    private static FeatureRows Accepted(string body) =>
        Assert.IsType<PredictionReading.Accepted>(Reader.Read(Encoding.UTF8.GetBytes(body))).Rows;

    private static IReadOnlyList<PredictionError> Refused(string body) =>
        Assert.IsType<PredictionReading.Refused>(Reader.Read(Encoding.UTF8.GetBytes(body))).Errors;

    private static IReadOnlyList<PredictionError> Read(byte[] body)
    {
        if (Reader.Read(body) is not PredictionReading.Accepted accepted)
        {
            return Refused(body);
        }

        accepted.Rows.Dispose();
        return [];
    }

    private static IReadOnlyList<PredictionError> Refused(byte[] body) =>
        Assert.IsType<PredictionReading.Refused>(Reader.Read(body)).Errors;

    public sealed record Sample(int Age, string? Plan, NormalFloat? Spent, bool Paid, int Since, NonEmptyString Note, bool IsReversed)
    {
        public float[] Numbers => [Age, Spent is { } spent ? Finite(spent.Get) : float.NaN, Paid ? 1 : 0, Since];

        public string[] Strings => [Valid(Plan ?? ""), Valid(Note.Get)];

        public string ToJson()
        {
            string[] members =
            [
                $"\"age\":{Age.ToString(CultureInfo.InvariantCulture)}",
                $"\"plan\":{Json(Valid(Plan ?? ""))}",
                $"\"spent\":{(Spent is { } spent ? Finite(spent.Get).ToString("R", CultureInfo.InvariantCulture) : "null")}",
                $"\"paid\":{(Paid ? "true" : "false")}",
                $"\"since\":{Json(DateTimeOffset.UnixEpoch.AddSeconds(Since).UtcDateTime.ToString("O", CultureInfo.InvariantCulture))}",
                $"\"note\":{Json(Valid(Note.Get))}",
            ];
            return $"{{{string.Join(',', IsReversed ? members.Reverse() : members)}}}";
        }

        private static float Finite(double value) => float.IsFinite((float)value) ? (float)value : 1;

        private static string Json(string text) => System.Text.Json.JsonSerializer.Serialize(text);

        // Strings with half a surrogate pair are no text; the reader refuses them.
        private static string Valid(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
    }
}
