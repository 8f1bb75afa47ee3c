using System.Net.Http.Json;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Mlops.Onnx;

namespace Mlops.EndToEnd.V2;

/// <summary>The Open Inference Protocol over HTTP: every route, every datatype in both forms and both ways, every error.</summary>
public sealed class V2ConformanceTests(V2ConformanceTests.Served served) : IClassFixture<V2ConformanceTests.Served>
{
    private static readonly (string Datatype, ElementType Type, string Json, byte[] Elements)[] Datatypes =
    [
        ("BOOL", ElementType.Boolean, "true,false", [1, 0]),
        ("INT8", ElementType.Int8, "-128,127", Bytes(sbyte.MinValue, sbyte.MaxValue)),
        ("INT16", ElementType.Int16, "-32768,32767", Bytes(short.MinValue, short.MaxValue)),
        ("INT32", ElementType.Int32, "-2147483648,2147483647", Bytes(int.MinValue, int.MaxValue)),
        ("INT64", ElementType.Int64, "-9223372036854775808,9223372036854775807", Bytes(long.MinValue, long.MaxValue)),
        ("UINT8", ElementType.UInt8, "0,255", [0, 255]),
        ("UINT16", ElementType.UInt16, "0,65535", Bytes(ushort.MinValue, ushort.MaxValue)),
        ("UINT32", ElementType.UInt32, "0,4294967295", Bytes(uint.MinValue, uint.MaxValue)),
        ("UINT64", ElementType.UInt64, "0,18446744073709551615", Bytes(ulong.MinValue, ulong.MaxValue)),
        ("FP16", ElementType.Float16, "", Bytes((Half)0.5, Half.NaN)),
        ("FP32", ElementType.Float, "0.1,\"NaN\"", Bytes(0.1f, float.NaN)),
        ("FP64", ElementType.Double, "0.1,\"-Infinity\"", Bytes(0.1, double.NegativeInfinity)),
        ("BYTES", ElementType.String, "\"\\u00E9\",\"\"", [2, 0, 0, 0, 0xC3, 0xA9, 0, 0, 0, 0]),
    ];

    private V2Client Client => served.Client;

    public static TheoryData<string> All => [.. Datatypes.Select(datatype => datatype.Datatype)];

    public static TheoryData<string> OfJson => [.. Datatypes.Where(datatype => datatype.Json.Length > 0).Select(datatype => datatype.Datatype)];

    [Theory]
    [MemberData(nameof(OfJson))]
    public async Task Json_goes_in_and_out(string datatype)
    {
        var (_, _, json, _) = Find(datatype);

        var reply = await Client.PostAsync(
            $"/models/{Name(datatype)}/infer",
            $$"""{"id":"7","inputs":[{"name":"x","shape":[2],"datatype":"{{datatype}}","data":[{{json}}]}]}""");

        Assert.Equal(200, reply.Status);
        Assert.True(
            JsonNode.DeepEquals(
                JsonNode.Parse($$"""
                    {"model_name":"{{Name(datatype)}}","model_version":"1","id":"7",
                     "outputs":[{"name":"y","datatype":"{{datatype}}","shape":[2],"data":[{{json}}]}]}
                    """),
                reply.Json),
            reply.Json.ToJsonString());
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Binary_goes_in_and_out(string datatype)
    {
        var (_, _, _, elements) = Find(datatype);

        var reply = await Client.PostAsync($"/models/{Name(datatype)}/infer", Binary(datatype, 2, elements.Length), elements, contentType: "application/octet-stream");

        Assert.True(reply.Status is 200, reply.Json.ToJsonString());
        Assert.Equal(elements, reply.Binary);
        Assert.Equal(elements.Length, reply.Output["parameters"]?["binary_data_size"]?.GetValue<int>());
        Assert.Null(reply.Output["data"]);
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Metadata_tell_the_datatype(string datatype)
    {
        var reply = await Client.GetAsync($"/models/{Name(datatype)}");

        Assert.True(
            JsonNode.DeepEquals(
                JsonNode.Parse($$"""
                    {"name":"{{Name(datatype)}}","versions":["1"],"platform":"onnx_onnxv1",
                     "inputs":[{"name":"x","datatype":"{{datatype}}","shape":[-1]}],
                     "outputs":[{"name":"y","datatype":"{{datatype}}","shape":[-1]}]}
                    """),
                reply.Json),
            reply.Json.ToJsonString());
    }

    [Theory]
    [InlineData("/health/live", 200, """{"live":true}""")]
    [InlineData("/health/ready", 200, """{"live":true,"ready":true}""")]
    [InlineData("/models/fp32/ready", 200, """{"name":"fp32","ready":true}""")]
    [InlineData("/models/fp32/versions/1/ready", 200, """{"name":"fp32","ready":true}""")]
    [InlineData("/models/fp32/versions/2/ready", 404, """{"error":"The model of endpoint 'fp32' has no version 2."}""")]
    [InlineData("/models/fp32/versions/2", 404, """{"error":"The model of endpoint 'fp32' has no version 2."}""")]
    [InlineData("/models/nothing", 404, """{"error":"There is no endpoint 'nothing'."}""")]
    [InlineData("/models/nothing/ready", 404, """{"error":"There is no endpoint 'nothing'."}""")]
    [InlineData("/models/No-Name", 404, """{"error":"There is no endpoint 'No-Name'."}""")]
    [InlineData("/models/fp32/versions/x", 404, """{"error":"There is nothing at /v2/models/fp32/versions/x."}""")]
    [InlineData("/nowhere", 404, """{"error":"There is nothing at /v2/nowhere."}""")]
    public async Task A_question_is_answered(string path, int status, string answer)
    {
        var reply = await Client.GetAsync(path);

        Assert.Equal((status, answer), (reply.Status, JsonNode.Parse(reply.Json.ToJsonString())!.ToJsonString(Plain)));
    }

    [Fact]
    public async Task The_server_tells_what_it_is_and_has()
    {
        Assert.Equal(
            """["binary_tensor_data","model_repository"]""", (await Client.GetAsync("")).Json["extensions"]?.ToJsonString());
        Assert.Equal(
            Datatypes.Select(datatype => Name(datatype.Datatype)).Order(StringComparer.Ordinal),
            (await Client.GetAsync("/models")).Json["models"]?.AsArray().Select(name => name?.GetValue<string>()));
        var index = (await Client.PostAsync("/repository/index", contentType: null)).Json.AsArray();
        Assert.Equal(Datatypes.Length, index.Count);
        Assert.All(index, model => Assert.Equal("1 READY", $"{model?["version"]} {model?["state"]}"));
    }

    [Theory]
    [InlineData("/repository/models/fp32/load", 200, """{"name":"fp32","load":true}""")]
    [InlineData("/repository/models/fp32/unload", 409, """{"error":"'fp32' is in memory as long as it is an endpoint; remove the endpoint, or have it serve another version."}""")]
    [InlineData("/repository/models/nothing/load", 404, """{"error":"There is no endpoint 'nothing'."}""")]
    [InlineData("/repository/models/nothing/unload", 404, """{"error":"There is no endpoint 'nothing'."}""")]
    public async Task The_repository_loads_and_never_pretends_to_unload(string path, int status, string answer)
    {
        var reply = await Client.PostAsync(path, contentType: null);

        Assert.Equal((status, answer), (reply.Status, reply.Json.ToJsonString(Plain)));
    }

    [Fact]
    public async Task A_version_answers_by_its_number_and_one_that_is_not_there_does_not()
    {
        const string Request = """{"inputs":[{"name":"x","shape":[1],"datatype":"FP32","data":[2]}]}""";

        Assert.Equal("1", (await Client.PostAsync("/models/fp32/versions/1/infer", Request)).Json["model_version"]?.GetValue<string>());
        var unknown = await Client.PostAsync("/models/fp32/versions/2/infer", Request);
        Assert.Equal((404, "The model of endpoint 'fp32' has no version 2."), (unknown.Status, unknown.Error));
    }

    [Fact]
    public async Task What_is_sent_need_not_be_said() => Assert.Equal(
        200,
        (await Client.PostAsync("/models/int8/infer", """{"inputs":[{"name":"x","shape":[1],"datatype":"INT8","data":[2]}]}""", contentType: null)).Status);

    [Theory]
    [InlineData("application/json", "{", 400, "body: is not JSON from line 1, byte 1 on")]
    [InlineData("text/csv", "{}", 415, "Content-Type: expected application/json or application/octet-stream")]
    [InlineData("application/octet-stream", "{}", 400, "Inference-Header-Content-Length: is missing; expected how many bytes of the body are JSON")]
    [InlineData("application/json", """{"inputs":[{"name":"x","shape":[1],"datatype":"INT8","data":[300]}]}""", 400,
        "inputs[0].data[0]: expected a whole number from -128 to 127, found 300")]
    [InlineData("application/json", """{"inputs":[{"name":"z","shape":[1],"datatype":"FP32","data":[1]},{"name":"x","shape":[1],"datatype":"FP32","data":[1]}]}""", 400,
        "inputs[0].name: the model has no input 'z'; see its metadata; inputs[1].datatype: expected INT8 for 'x'")]
    public async Task A_request_that_is_wrong_is_told_all_that_is(string contentType, string body, int status, string error)
    {
        var reply = await Client.PostAsync("/models/int8/infer", body, contentType: contentType);

        Assert.Equal((status, error), (reply.Status, reply.Error));
    }

    [Fact]
    public async Task A_request_whose_lengths_do_not_add_up_is_refused()
    {
        async Task<string> ErrorAsync(int size, byte[] sent, int? headerLength = null)
        {
            var reply = await Client.PostAsync("/models/int16/infer", Binary("INT16", 1, size), sent, headerLength, "application/octet-stream");
            Assert.Equal(400, reply.Status);
            return reply.Error;
        }

        Assert.Equal("inputs[0].parameters.binary_data_size: expected 2 bytes for 1 elements of 2, found 3", await ErrorAsync(3, [0, 0, 0]));
        Assert.Equal("body: has 1 bytes behind its JSON that no input names", await ErrorAsync(2, [0, 0, 0]));
        Assert.StartsWith("Inference-Header-Content-Length: expected at most the ", await ErrorAsync(2, [0, 0], 9_999), StringComparison.Ordinal);
        Assert.StartsWith("body: is not JSON", await ErrorAsync(2, [0, 0], 10), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(100_000)]
    public async Task An_answer_tells_its_length_however_long(int elements)
    {
        var values = string.Join(',', Enumerable.Repeat("0.5", elements));
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v2/models/fp32/infer")
        {
            Content = JsonContent.Create(JsonNode.Parse($$"""{"inputs":[{"name":"x","shape":[{{elements}}],"datatype":"FP32","data":[{{values}}]}]}""")),
        };

        // A client that has read the whole body would make up the length itself.
        using var response = await served.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);

        var said = response.Content.Headers.ContentLength;
        var body = await response.Content.ReadAsByteArrayAsync();
        Assert.Equal((200, (long?)body.Length), ((int)response.StatusCode, said));
        Assert.Equal(elements, JsonNode.Parse(body)?["outputs"]?[0]?["data"]?.AsArray().Count);
    }

    [Fact]
    public async Task An_answer_that_nobody_waits_for_is_not_given()
    {
        var reply = await Client.PostAsync(
            "/models/int8/infer", """{"inputs":[{"name":"x","shape":[1],"datatype":"INT8","data":[3]}]}""", timeout: "0");

        Assert.Equal((504, "The answer was not ready within the time that the request gave."), (reply.Status, reply.Error));
    }

    [Fact]
    public async Task Tensors_are_counted_and_logged_by_their_forms()
    {
        await Client.PostAsync("/models/uint16/infer", """{"inputs":[{"name":"x","shape":[1],"datatype":"UINT16","data":[3]}]}""");

        var metrics = await served.Http.GetStringAsync("/metrics");
        Assert.Contains(
            metrics.Split('\n'),
            line => line.StartsWith("mlops_prediction_requests_total{", StringComparison.Ordinal) && line.Contains("endpoint=\"uint16\"", StringComparison.Ordinal));
        await Eventually.TrueAsync(async () =>
            (await served.Http.GetStringAsync("/api/v1/endpoints/uint16/predictions")).Contains(
                """
                "inputs":[],"outputs":[],"tensors":{"inputs":[{"name":"x","type":"uint16","shape":[1]}],"outputs":[{"name":"y","type":"uint16","shape":[1]}]}}
                """.Trim(),
                StringComparison.Ordinal));
    }

    private static readonly System.Text.Json.JsonSerializerOptions Plain =
        new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static byte[] Bytes<T>(params T[] values)
        where T : struct => MemoryMarshal.AsBytes(values.AsSpan()).ToArray();

    private static string Name(string datatype) => datatype.ToLowerInvariant();

    private static (string Datatype, ElementType Type, string Json, byte[] Elements) Find(string datatype) =>
        Datatypes.Single(candidate => candidate.Datatype == datatype);

    private static string Binary(string datatype, int count, int size) => $$$"""
        {"inputs":[{"name":"x","shape":[{{{count}}}],"datatype":"{{{datatype}}}","parameters":{"binary_data_size":{{{size}}}}}],
         "parameters":{"binary_data_output":true}}
        """;

    /// <summary>A model for each datatype that gives back what it gets, behind an endpoint of the datatype's name.</summary>
    public sealed class Served : IAsyncLifetime
    {
        private Platform? _platform;

        internal HttpClient Http => (_platform ?? throw new InvalidOperationException("The platform has not started.")).Client;

        internal V2Client Client => new(Http);

        public async Task InitializeAsync()
        {
            _platform = await Platform.StartAsync();
            foreach (var (datatype, type, _, _) in Datatypes)
            {
                var graph = new GraphWriter("identity");
                graph.Output(graph.Node("Identity", [graph.Input("x", type, Dimension.Rows)]), "y", type, Dimension.Rows);
                Assert.Equal(201, await Client.RegisterAsync(Name(datatype), graph.ToBytes()));
                await Client.ServeAsync(Name(datatype), Name(datatype));
            }
        }

        public async Task DisposeAsync()
        {
            if (_platform is not null)
            {
                Assert.Empty(_platform.Errors);
                await _platform.DisposeAsync();
            }
        }
    }
}
