using System.Text.Json;
using Mlops.Serving;

namespace Mlops.Api.Serving;

/// <summary>Every way to ask the same endpoint: the same rows, the same answers, the same care about what is wrong.</summary>
public sealed class DialectTests : IAsyncDisposable
{
    private readonly ApiOnDisk _api = new();

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Theory]
    [InlineData("/api/v1/endpoints/live/predict", """{"records":[{"size":1.5,"age":1},{"size":-1,"age":null}]}""")]
    [InlineData("/endpoints/live/invocations", """{"dataframe_split":{"columns":["age","size"],"data":[[1,1.5],[null,-1]]}}""")]
    [InlineData("/endpoints/live/invocations", """{"dataframe_split":{"data":[[1.5,1,"x"],[-1,null,2]],"index":[7,8],"columns":["size","age","more"]}}""")]
    [InlineData("/endpoints/live/invocations", """{"dataframe_records":[{"age":1,"size":1.5,"more":{"a":[]}},{"size":-1}]}""")]
    [InlineData("/endpoints/live/invocations", """{"instances":[[1.5,1],[-1,null]],"params":{"predict_method":"predict","user":{"id":[1]}}}""")]
    [InlineData("/endpoints/live/invocations", """{"instances":[{"age":1,"size":1.5},{"age":null,"size":-1}]}""")]
    [InlineData("/invocations", """{"inputs":{"age":[1,null],"more":[[],[]],"size":[1.5,-1]},"params":null}""")]
    [InlineData("/invocations", """{"inputs":{"size":[1.5,-1]}}""")]
    [InlineData("/invocations", """{"inputs":[[1.5,1],[-1,null]]}""")]
    [InlineData("/invocations", "age,more,size\n1,x,1.5\nNaN,,-1\n")]
    [InlineData("/v1/models/live:predict", """{"instances":[[1.5,1],[-1,null]]}""")]
    [InlineData("/v1/models/live:predict", """{"signature_name":"serving_default","inputs":[{"size":1.5,"age":1},{"age":null,"size":-1}]}""")]
    [InlineData("/v1/models/live:predict", """{"inputs":{"size":[1.5,-1],"age":[1,null]}}""")]
    public async Task The_same_rows_get_the_same_predictions_however_they_are_sent(string path, string body)
    {
        await ServeAsync();

        var answer = await AskAsync(path, body, body[0] is '{' ? "application/json" : "text/csv; charset=utf-8");

        Assert.Equal(200, answer.Status);
        Assert.Equal("churn", answer.Headers["x-model"].ToString());
        var labels = answer.Json.GetProperty("predictions").EnumerateArray()
            .Select(prediction => prediction.ValueKind is JsonValueKind.Object ? prediction.GetProperty("label") : prediction);
        Assert.Equal("yes,no", string.Join(',', labels));
    }

    [Fact]
    public async Task Mlflow_gives_probabilities_on_demand()
    {
        await ServeAsync();

        var answer = await AskAsync("/invocations", """{"params":{"predict_method":"predict_proba"},"inputs":[[1.5,1]]}""");

        var probabilities = answer.Json.GetProperty("predictions")[0];
        Assert.Equal(2, probabilities.GetArrayLength());
        Assert.Equal(1 / (1 + Math.Exp(-2.5)), probabilities[1].GetDouble(), 1e-6);
    }

    [Theory]
    [InlineData("""{"features":[1.5,1]}""")]
    [InlineData("""{"features":{"age":1,"size":1.5}}""")]
    public async Task The_simple_way_tells_the_prediction_its_confidence_and_the_tenant(string body)
    {
        await ServeAsync();

        var answer = (await AskAsync("/predict", body)).Json;

        Assert.Equal(["prediction", "confidence", "tenant"], answer.EnumerateObject().Select(member => member.Name));
        Assert.Equal(("yes", "default"), (answer.GetProperty("prediction").GetString(), answer.GetProperty("tenant").GetString()));
        Assert.Equal(1 / (1 + Math.Exp(-2.5)), answer.GetProperty("confidence").GetDouble(), 1e-6);
    }

    [Theory]
    [InlineData("/invocations", "{}", "body: expected exactly one of 'dataframe_split', 'dataframe_records', 'instances' or 'inputs'")]
    [InlineData("/invocations", """{"inputs":[[1,1]],"instances":[[1,1]]}""", "body: has more than one of 'dataframe_split', 'dataframe_records', 'instances' and 'inputs'")]
    [InlineData("/invocations", """{"rows":[]}""", "rows: there is no such field")]
    [InlineData("/invocations", """{"dataframe_records":[{"age":1}]}""", "dataframe_records[0].size: is missing; expected a number")]
    [InlineData("/invocations", """{"dataframe_records":[{"size":1,"age":1.5}]}""", "dataframe_records[0].age: expected a whole number")]
    [InlineData("/invocations", """{"dataframe_records":[[1,1]]}""", "dataframe_records[0]: expected an object of features, found an array")]
    [InlineData("/invocations", """{"dataframe_split":{"columns":["age"],"data":[[1]]}}""", "dataframe_split.size: is missing")]
    [InlineData("/invocations", """{"dataframe_split":{"columns":["size","size"],"data":[[1,1]]}}""", "dataframe_split.columns[1]: 'size' is there more than once")]
    [InlineData("/invocations", """{"dataframe_split":{"columns":["size","age"],"data":[[1,1],[1]]}}""", "dataframe_split.data[1]: expected 2 values in the order of the columns, found 1")]
    [InlineData("/invocations", """{"dataframe_split":{"columns":["size","age"],"data":[["big",1]]}}""", "dataframe_split.data[0].size: expected a number")]
    [InlineData("/invocations", """{"dataframe_split":{"columns":["size",3]}}""", "dataframe_split.columns[1]: expected a name, found 3")]
    [InlineData("/invocations", """{"dataframe_split":[]}""", "dataframe_split: expected an object with 'columns' and 'data', found an array")]
    [InlineData("/invocations", """{"instances":[]}""", "instances: expected at least one record")]
    [InlineData("/invocations", """{"instances":[[1,2,3]]}""", "instances[0]: expected 2 values in the order of the model's features, found 3")]
    [InlineData("/invocations", """{"inputs":{"size":[1,2],"age":[1]}}""", "inputs.age: expected 2 values")]
    [InlineData("/invocations", """{"inputs":{"size":["a"],"age":[1]}}""", "inputs.size[0]: expected a number")]
    [InlineData("/invocations", """{"inputs":{"size":[]}}""", "inputs.size: expected at least one value")]
    [InlineData("/invocations", """{"inputs":{"age":[1]}}""", "inputs.size: is missing")]
    [InlineData("/invocations", """{"inputs":[[1,1]],"params":{"predict_method":"guess"}}""", "params.predict_method: expected 'predict' or 'predict_proba'")]
    [InlineData("/invocations", """{"inputs":[[1,1]],"params":[]}""", "params: expected an object, found an array")]
    [InlineData("/invocations", """{"inputs":""", "body: is not JSON")]
    [InlineData("/invocations", "age\n1\n", "size: the header has no such column")]
    [InlineData("/invocations", "size,age\n1,1\nbig,1\n", "line 3, size: expected a number that fits a 32-bit float, found 'big'")]
    [InlineData("/invocations", "size,age\n1\n", "line 2")]
    [InlineData("/v1/models/live:predict", "{}", "body: expected 'instances' or 'inputs'")]
    [InlineData("/v1/models/live:predict", """{"instances":[{"size":1}]}""", "instances[0].age: is missing")]
    [InlineData("/v1/models/live:predict", """{"instances":[{"size":1,"age":1,"more":1}]}""", "instances[0].more: the model has no such feature")]
    [InlineData("/v1/models/live:predict", """{"instances":[1]}""", "instances[0]: expected an object of features, found 1")]
    [InlineData("/predict", """{"text":"hello"}""", "text: expected 'features': the model takes 'size' and 'age'")]
    [InlineData("/predict", """{"features":[1]}""", "features: expected 2 values")]
    [InlineData("/predict", """{"features":{"size":true,"age":1}}""", "features.size: expected a number")]
    [InlineData("/predict", """{"features":[1,1],"text":"a"}""", "body: has more than one of 'features' and 'text'")]
    public async Task What_is_wrong_is_named_in_the_form_of_the_protocol(string path, string body, string message)
    {
        await ServeAsync();

        var answer = await AskAsync(path, body, body[0] is '{' ? "application/json" : "text/csv");

        Assert.Equal(400, answer.Status);
        Assert.Contains(message, ErrorOf(path, answer), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("application/xml")]
    [InlineData("text/csv; charset=latin1")]
    public async Task Mlflow_reads_json_and_csv_in_utf8_only(string contentType)
    {
        await ServeAsync();

        var answer = await AskAsync("/invocations", "size,age\n1,1\n", contentType);

        Assert.Equal((415, "text/plain; charset=utf-8"), (answer.Status, answer.Headers.ContentType.ToString()));
        Assert.StartsWith("Content-Type: expected", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_choice_among_several_endpoints_the_root_says_how_to_choose()
    {
        const string Body = """{"inputs":[[1.5,1]]}""";
        Assert.Equal("RESOURCE_DOES_NOT_EXIST", (await AskAsync("/invocations", Body)).Json.GetProperty("error_code").GetString());
        await ServeAsync();
        await CreateEndpointAsync("other");

        var undecided = await AskAsync("/invocations", Body);
        var chosen = await AskAsync("/invocations", Body, endpoint: "other");
        var unknown = await AskAsync("/predict", """{"features":[1,1]}""", endpoint: "none");
        var configured = await AskAsync("/invocations", Body, root: new RootEndpointOptions(EndpointName.Parse("live")));

        Assert.Equal(400, undecided.Status);
        Assert.StartsWith("x-mlops-endpoint: expected the name", ErrorOf("/invocations", undecided), StringComparison.Ordinal);
        Assert.Equal((200, 200, 404), (chosen.Status, configured.Status, unknown.Status));
        Assert.Equal("There is no endpoint 'none'.", ErrorOf("/predict", unknown));
    }

    [Fact]
    public async Task V1_lists_endpoints_and_says_whether_one_is_ready()
    {
        await ServeAsync();

        Assert.Equal("""{"models":["live"]}""", (await AskAsync("/v1/models")).Text);
        Assert.Equal("""{"name":"live","ready":true}""", (await AskAsync("/v1/models/live")).Text);
        Assert.Equal(404, (await AskAsync("/v1/models/none")).Status);
    }

    [Fact]
    public async Task A_missing_arm_of_a_policy_is_named()
    {
        await ServeAsync();
        var endpoints = _api.Functions<EndpointFunctions>();

        var answer = await _api.AskAsync(
            async request => await endpoints.CreateAsync(request, default),
            """{"name":"both","policy":{"kind":"canary","arms":[{"name":"a","model":"churn","version":1},null]}}""");

        Assert.Equal(400, answer.Status);
        Assert.Equal(["policy.arms[1]: expected an object, found null"], answer.Errors);
    }

    private static string? ErrorOf(string path, Answer answer) =>
        answer.Json.GetProperty(path.Contains("invocations", StringComparison.Ordinal) ? "message" : "error").GetString();

    private async Task ServeAsync()
    {
        var version = await _api.RegisterAsync();
        await _api.Models.SetAliasAsync(TenantId.Default, version.Model, Mlops.Registry.AliasName.Champion, version.Number, "ada", null, default);
        await CreateEndpointAsync("live");
    }

    private async Task CreateEndpointAsync(string name)
    {
        var endpoints = _api.Functions<EndpointFunctions>();
        var created = await _api.AskAsync(
            async request => await endpoints.CreateAsync(request, default), $$"""{"name":"{{name}}","model":"churn","alias":"champion"}""");
        Assert.Equal(201, created.Status);
    }

    private Task<Answer> AskAsync(
        string path,
        string? body = null,
        string contentType = "application/json",
        string? endpoint = null,
        RootEndpointOptions? root = null) => _api.AskAsync(
            async request =>
            {
                request.Path = path;
                if (endpoint is not null)
                {
                    request.Headers[RootEndpoint.Header] = endpoint;
                }

                var chosen = new RootEndpoint(_api.Service<EndpointRouter>(), root ?? new RootEndpointOptions());
                return path.Split('/', ':')[1..] switch
                {
                    ["api", ..] => await _api.Functions<PredictionFunctions>().PredictAsync(request, "live", default),
                    ["endpoints", var name, _] => await _api.Functions<MlflowFunctions>().InvokeEndpointAsync(request, name, default),
                    ["invocations"] => await _api.Functions<MlflowFunctions>(chosen).InvokeAsync(request, default),
                    ["predict"] => await _api.Functions<SimpleFunctions>(chosen).PredictAsync(request, default),
                    ["v1", "models"] => await _api.Functions<V1Functions>().ListAsync(request, default),
                    ["v1", "models", var name] => await _api.Functions<V1Functions>().GetAsync(request, name, default),
                    ["v1", "models", var name, "predict"] => await _api.Functions<V1Functions>().PredictAsync(request, name, default),
                    _ => throw new ArgumentException($"Nothing answers {path}.", nameof(path)),
                };
            },
            body,
            contentType: contentType);
}
