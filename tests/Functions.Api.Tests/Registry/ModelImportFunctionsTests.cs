using System.Text;
using Mlops.Api.Serving;
using Mlops.Onnx;
using Mlops.Registry;

namespace Mlops.Api.Registry;

public sealed class ModelImportFunctionsTests : IAsyncDisposable
{
    private const string Boundary = "boundary-of-a-form";
    private const string Form = $"multipart/form-data; boundary={Boundary}";
    private const string Octets = "application/octet-stream";

    /// <summary>Thirteen features of a wine, without their names.</summary>
    private static readonly byte[] Wine = Resource("zipmap_strings.onnx");

    private readonly ApiOnDisk _api = new(OnnxLimits.Default with { MaximumBytes = 64 * 1024 });
    private readonly ModelImportFunctions _imports;

    public ModelImportFunctionsTests() => _imports = _api.Functions<ModelImportFunctions>();

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task A_file_with_a_spec_becomes_a_version_that_predicts_by_feature_name()
    {
        var answer = await RegisterAsync(
            "wine",
            Parts(
                ("model", Wine),
                ("spec", """{"numbered": true, "target": "grape", "framework": "sklearn", "tags": {"a": "b"}}"""u8.ToArray())));

        Assert.True(answer.Status is 201, answer.Text);
        Assert.Equal(("/api/v1/models/wine/versions/1", true), (answer.Headers.Location.ToString(), answer.ETag.Length > 2));
        var version = answer.Json;
        Assert.Equal("""{"a":"b","framework":"sklearn"}""", version.GetProperty("tags").GetRawText());
        var signature = version.GetProperty("signature");
        Assert.Equal(("multiclass", "grape"), (signature.GetProperty("task").GetString(), signature.GetProperty("target").GetString()));
        Assert.Equal("""["a2","b1","c0"]""", signature.GetProperty("classes").GetRawText());
        Assert.Equal(
            [ModelFiles.MlModel, ModelImport.RecordFile, ModelFiles.InputExample, ModelFiles.Onnx, ModelFiles.Signature],
            await FilesAsync("wine"));

        await CreateEndpointAsync("""{"name":"wine","model":"wine","version":1}""");
        var predictions = _api.Functions<PredictionFunctions>();
        var record = string.Join(',', Enumerable.Range(0, 13).Select(index => $"\"f{index}\":0"));
        var predicted = await _api.AskAsync(
            async request => await predictions.PredictAsync(request, "wine", default), $$"""{"record": { {{record}} } }""");
        Assert.True(predicted.Status is 200, predicted.Text);
        Assert.Contains(predicted.Json.GetProperty("predictions")[0].GetProperty("label").GetString(), (string[])["a2", "b1", "c0"]);
    }

    [Fact]
    public async Task The_file_alone_takes_what_is_said_in_the_query()
    {
        var features = string.Join(',', Enumerable.Range(0, 30).Select(index => $"x{index}"));
        var answer = await RegisterAsync(
            "tumour", Resource("sigmoid_column.onnx"), Octets,
            $"?features={features}&classes=no,yes&task=binary&description=all&framework=f");

        Assert.True(answer.Status is 201, answer.Text);
        Assert.Equal("""["no","yes"]""", answer.Json.GetProperty("signature").GetProperty("classes").GetRawText());
        Assert.Equal("all", answer.Json.GetProperty("description").GetString());
    }

    [Fact]
    public async Task A_file_of_which_nothing_is_said_takes_tensors()
    {
        var answer = await RegisterAsync("wine", Wine, Octets);

        Assert.True(answer.Status is 201, answer.Text);
        var signature = answer.Json.GetProperty("signature");
        Assert.Equal("tensors", signature.GetProperty("task").GetString());
        Assert.Equal(
            """
            {"inputs":[{"name":"float_input","type":"float32","shape":[-1,13]}],
            "outputs":[{"name":"output_label","type":"string","shape":[-1]},{"name":"output_probability","type":"float32","shape":[-1,3]}]}
            """.ReplaceLineEndings(""),
            signature.GetProperty("tensors").GetRawText());
        Assert.Contains(ModelFiles.InputExample, await FilesAsync("wine"));
    }

    [Fact]
    public async Task A_model_that_takes_tensors_says_so_where_records_reports_and_explanations_are_asked_for()
    {
        await RegisterAsync("wine", Wine, Octets);
        await CreateEndpointAsync("""{"name":"wine","model":"wine","version":1}""");
        var (predictions, explanations) = (_api.Functions<PredictionFunctions>(), _api.Functions<ExplanationFunctions>());
        var reports = _api.Functions<ModelReportFunctions>();
        const string Record = """{"record":{"f0":1}}""";

        var predicted = await _api.AskAsync(async request => await predictions.PredictAsync(request, "wine", default), Record);
        var explained = await _api.AskAsync(async request => await explanations.ExplainVersionAsync(request, "wine", 1, default), Record);
        var atEndpoint = await _api.AskAsync(async request => await explanations.ExplainAsync(request, "wine", default), Record);
        var reported = await _api.AskAsync(async request => await reports.GetAsync(request, "wine", 1, default));

        Assert.Equal((400, 409, 409, 404), (predicted.Status, explained.Status, atEndpoint.Status, reported.Status));
        Assert.Contains("takes tensors", Assert.Single(predicted.Errors), StringComparison.Ordinal);
        Assert.Contains("takes tensors", explained.Json.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Contains("not trained here", reported.Json.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_foreign_model_is_not_explained_for_want_of_rows()
    {
        await RegisterAsync("wine", Wine, Octets, "?numbered=true");
        var record = string.Join(',', Enumerable.Range(0, 13).Select(index => $"\"f{index}\":0"));
        var explanations = _api.Functions<ExplanationFunctions>();

        var explained = await _api.AskAsync(
            async request => await explanations.ExplainVersionAsync(request, "wine", 1, default), $$"""{"record": { {{record}} } }""");

        Assert.Equal(409, explained.Status);
        Assert.Contains("was not trained here", explained.Json.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_registers_once_and_nothing_else()
    {
        var first = await RegisterAsync("wine", Wine, Octets, "?numbered=true", key: "k");
        var again = await RegisterAsync("wine", Wine, Octets, "?numbered=true", key: "k");
        var otherSpec = await RegisterAsync("wine", Wine, Octets, key: "k");
        var otherFile = await RegisterAsync("wine", Resource("zipmap_integers.onnx"), Octets, "?numbered=true", key: "k");
        var elsewhere = await RegisterAsync("cellar", Wine, Octets, key: "k");
        var withoutKey = await RegisterAsync("wine", Wine, Octets, "?numbered=true");

        Assert.Equal(
            [201, 200, 422, 422, 201, 201],
            new[] { first, again, otherSpec, otherFile, elsewhere, withoutKey }.Select(answer => answer.Status));
        Assert.Equal((first.Text, first.ETag), (again.Text, again.ETag));
        Assert.StartsWith("Idempotency-Key: expected a new key", Assert.Single(otherSpec.Errors), StringComparison.Ordinal);
        Assert.Equal(2, withoutKey.Json.GetProperty("number").GetInt32());
    }

    [Fact]
    public async Task The_same_request_many_times_at_once_is_one_version()
    {
        var answers = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(_ => Task.Run(() => RegisterAsync("wine", Wine, Octets, "?numbered=true", key: "k"))));

        Assert.Single(answers, answer => answer.Status is 201);
        Assert.All(answers, answer => Assert.Equal(1, answer.Json.GetProperty("number").GetInt32()));
    }

    [Theory]
    [InlineData("?features=a,b", 422, "features: 2 numeric features are given; the model has 13 columns in 'float_input' Float [?, 13]")]
    [InlineData("?numbered=true&classes=x,y,z", 422, "classes: the model's classes are [c0, b1, a2], not [x, y, z]")]
    [InlineData("?numbered=yes", 400, "numbered: expected true or false")]
    [InlineData("?task=ranking", 400, "task: expected one of binary, multiclass, regression, tensors")]
    [InlineData("?task=binary", 400, "task: expected none, or tensors, as no features are named")]
    [InlineData("?features=a,a", 400, "features[1].name: 'a' is there twice")]
    [InlineData("?features=a&features=b", 400, "features: is there more than once")]
    public async Task What_is_said_of_a_model_and_cannot_be_is_named_and_nothing_is_left(string query, int status, string error)
    {
        var answer = await RegisterAsync("wine", Wine, Octets, query);

        Assert.Equal((status, error), (answer.Status, Assert.Single(answer.Errors)));
        await AssertNothingIsThereAsync();
    }

    [Theory]
    [InlineData("")]
    [InlineData("this is no model")]
    [InlineData("\u0008\u0008")]
    public async Task What_is_no_model_is_refused_and_nothing_is_left(string text)
    {
        var answer = await RegisterAsync("wine", Encoding.ASCII.GetBytes(text), Octets);

        Assert.Equal(422, answer.Status);
        Assert.StartsWith("model: ", Assert.Single(answer.Errors), StringComparison.Ordinal);
        await AssertNothingIsThereAsync();
    }

    [Fact]
    public async Task An_operator_that_is_not_there_is_named()
    {
        var graph = new GraphWriter("g");
        graph.Output(graph.Node("Gamma", [graph.Input("x", ElementType.Float, 2)]), "y", ElementType.Float, 2);

        var answer = await RegisterAsync("wine", graph.ToBytes(), Octets);

        Assert.Equal(422, answer.Status);
        Assert.Contains("Gamma", Assert.Single(answer.Errors), StringComparison.Ordinal);
        Assert.DoesNotContain(".cc", answer.Text, StringComparison.Ordinal);
        await AssertNothingIsThereAsync();
    }

    [Theory]
    [InlineData(Octets, "body: expected at most 65536 bytes")]
    [InlineData(Form, "model: expected at most 65536 bytes")]
    public async Task Too_large_a_file_is_refused(string contentType, string error)
    {
        var file = new byte[(64 * 1024) + 1];

        var answer = await RegisterAsync("wine", contentType is Form ? Parts(("model", file)) : file, contentType);

        Assert.Equal((413, error), (answer.Status, Assert.Single(answer.Errors)));
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("text/plain")]
    [InlineData("")]
    public async Task Another_content_type_is_refused(string contentType) =>
        Assert.Equal(415, (await RegisterAsync("wine", Wine, contentType)).Status);

    public static TheoryData<byte[], string, string> WrongForms => new()
    {
        { Parts(("spec", "{}"u8.ToArray())), Form, "model: is required" },
        { Parts(("model", Wine), ("model", Wine)), Form, "model: is there more than once" },
        { Parts(("model", Wine), ("file", Wine)), Form, "body: expected parts named model and spec, found 'file'" },
        { Parts(("model", Wine), ("spec", "{\"numbred\": true}"u8.ToArray())), Form, "numbred: there is no such field" },
        { Parts(("model", Wine), ("spec", "null"u8.ToArray())), Form, "spec: expected a JSON object" },
        { Parts(("model", Wine), ("spec", "{\"features\": [null]}"u8.ToArray())), Form, "features[0].name: expected the name" },
        { Parts(("model", Wine), ("spec", "{\"tags\": {\"a\": null}}"u8.ToArray())), Form, "tags.a: must not be null" },
        { Parts(("model", Wine), ("spec", "{\"framework\": \"\"}"u8.ToArray())), Form, "framework: expected 1 to 200" },
        { Parts(("model", Wine))[..^20], Form, "body: is not a well-formed form" },
        { "nonsense"u8.ToArray(), Form, "body: is not a well-formed form" },
        { Parts(("model", Wine)), "multipart/form-data", "Content-Type: expected a boundary" },
        { Parts(("model", Wine)), $"multipart/form-data; boundary={new string('b', 71)}", "Content-Type: expected a boundary" },
    };

    [Theory]
    [MemberData(nameof(WrongForms))]
    public async Task A_form_that_is_not_as_it_should_be_is_told_what_is_wrong(byte[] body, string contentType, string error)
    {
        var answer = await RegisterAsync("wine", body, contentType);

        Assert.Equal(400, answer.Status);
        Assert.StartsWith(error, Assert.Single(answer.Errors), StringComparison.Ordinal);
        await AssertNothingIsThereAsync();
    }

    [Fact]
    public async Task A_spec_and_a_query_are_not_mixed() => Assert.Equal(
        "numbered: expected in the part spec alone, as there is one",
        Assert.Single((await RegisterAsync("wine", Parts(("spec", "{}"u8.ToArray()), ("model", Wine)), Form, "?numbered=true")).Errors));

    [Fact]
    public async Task Tensors_may_be_given_and_must_fit()
    {
        static byte[] Spec(int columns) => Encoding.UTF8.GetBytes($$"""
            {"tensors": {"inputs": [{"name": "float_input", "type": "float32", "shape": [-1, {{columns}}]}],
                         "outputs": [{"name": "output_label", "type": "string", "shape": [-1]} ] } }
            """);

        var fitting = await RegisterAsync("wine", Parts(("spec", Spec(13)), ("model", Wine)));
        var unfit = await RegisterAsync("wine", Parts(("spec", Spec(12)), ("model", Wine)));

        Assert.True(fitting.Status is 201, fitting.Text);
        Assert.Equal(1, fitting.Json.GetProperty("signature").GetProperty("tensors").GetProperty("outputs").GetArrayLength());
        Assert.Equal(422, unfit.Status);
        Assert.Equal(
            "tensors.inputs[0].shape: the input 'float_input' has the shape [?, 13], which [?, 12] does not fit",
            Assert.Single(unfit.Errors));
    }

    [Fact]
    public async Task What_the_file_says_of_itself_is_kept_with_it()
    {
        await RegisterAsync("wine", Wine, Octets, "?numbered=true");
        var files = _api.Functions<ModelFileFunctions>();

        var record = (await _api.AskAsync(
            async request => await files.GetAsync(request, "wine", 1, ModelImport.RecordFile, default))).Json;

        Assert.Equal("make.py", record.GetProperty("origin").GetProperty("producer").GetString());
        Assert.Equal(15, record.GetProperty("origin").GetProperty("opsets").GetProperty("").GetInt32());
        Assert.True(record.GetProperty("takesZeros").GetBoolean());
        Assert.True(record.GetProperty("claims").GetProperty("numbered").GetBoolean());
    }

    private static byte[] Resource(string name)
    {
        using var stream = typeof(ModelImportFunctionsTests).Assembly.GetManifestResourceStream(name)
            ?? throw new FileNotFoundException(name);
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    private static byte[] Parts(params (string Name, byte[] Content)[] parts)
    {
        using var form = new MemoryStream();
        foreach (var (name, content) in parts)
        {
            form.Write(Encoding.ASCII.GetBytes($"--{Boundary}\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"f\"\r\n\r\n"));
            form.Write(content);
            form.Write("\r\n"u8);
        }

        form.Write(Encoding.ASCII.GetBytes($"--{Boundary}--\r\n"));
        return form.ToArray();
    }

    private Task<Answer> RegisterAsync(string model, byte[] body, string contentType = Form, string query = "", string? key = null) =>
        _api.AskAsync(
            async request => await _imports.RegisterAsync(request, model, default),
            body,
            query: query,
            contentType: contentType,
            idempotencyKey: key);

    private async Task CreateEndpointAsync(string body)
    {
        var endpoints = _api.Functions<EndpointFunctions>();
        Assert.Equal(201, (await _api.AskAsync(async request => await endpoints.CreateAsync(request, default), body)).Status);
    }

    private async Task<IEnumerable<string?>> FilesAsync(string model)
    {
        var files = _api.Functions<ModelFileFunctions>();
        var answer = await _api.AskAsync(async request => await files.ListAsync(request, model, 1, default));
        return answer.Json.GetProperty("items").EnumerateArray().Select(file => file.GetProperty("path").GetString());
    }

    private async Task AssertNothingIsThereAsync() =>
        Assert.Null(await _api.Models.FindAsync(TenantId.Default, ModelName.Parse("wine"), default));
}
