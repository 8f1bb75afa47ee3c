using Mlops.Explanations;
using Mlops.Registry;

namespace Mlops.Api.Serving;

public sealed class ExplanationFunctionsTests : IAsyncDisposable
{
    private const string Record = """{"record":{"size":1,"age":2}}""";

    /// <summary>Two usual rows, numbers as size and age.</summary>
    private const string Background = """{"rows":2,"numbers":[0,0,1,1],"strings":[]}""";

    private readonly ApiOnDisk _api = new();
    private readonly ExplanationFunctions _explanations;

    public ExplanationFunctionsTests() => _explanations = _api.Functions<ExplanationFunctions>();

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task A_version_without_rows_to_compare_with_is_told_so()
    {
        await _api.RegisterAsync();

        var answer = await ExplainVersionAsync(Record);

        Assert.Equal(409, answer.Status);
        Assert.Contains("was not trained here", answer.Json.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Too_long_a_body_and_other_content_are_refused()
    {
        await _api.RegisterAsync(more: (BackgroundRows.File, Background));

        Assert.Equal(413, (await ExplainVersionAsync(new string(' ', PredictionBody.MaxBytes + 1))).Status);
        Assert.Equal(415, (await ExplainVersionAsync("size,age\n1,2", contentType: "text/csv")).Status);
    }

    [Fact]
    public async Task Too_much_to_sample_names_the_budget_that_would_do()
    {
        await _api.RegisterAsync(more: (BackgroundRows.File, Background));
        var records = string.Join(',', Enumerable.Repeat("""{"size":1,"age":2}""", 2));

        var answer = await ExplainVersionAsync($$"""{"records":[{{records}}]}""", "?method=kernelShap&budget=60000");

        Assert.Equal(400, answer.Status);
        Assert.Equal(["budget: expected at most 25000 coalitions for 2 records"], answer.Errors);
    }

    [Fact]
    public async Task An_endpoint_without_a_model_is_told_from_one_that_is_not_there()
    {
        Assert.Equal(404, (await ExplainEndpointAsync()).Status);
        await _api.RegisterAsync(more: (BackgroundRows.File, Background));
        var endpoints = _api.Functions<EndpointFunctions>();
        await _api.AskAsync(
            async request => await endpoints.CreateAsync(request, default), """{"name":"live","model":"churn","alias":"champion"}""");

        var waiting = await ExplainEndpointAsync();

        Assert.Equal((503, "1"), (waiting.Status, waiting.Headers.RetryAfter.ToString()));
    }

    [Fact]
    public async Task An_endpoint_explains_what_its_model_predicts()
    {
        var version = await _api.RegisterAsync(more: (BackgroundRows.File, Background));
        await _api.Models.SetAliasAsync(TenantId.Default, version.Model, AliasName.Champion, version.Number, "ada", null, default);
        var endpoints = _api.Functions<EndpointFunctions>();
        await _api.AskAsync(
            async request => await endpoints.CreateAsync(request, default), """{"name":"live","model":"churn","alias":"champion"}""");

        var output = (await ExplainEndpointAsync()).Json.GetProperty("explanations")[0][0];

        Assert.Equal("yes", output.GetProperty("output").GetString());
        Assert.True(output.GetProperty("attributions").GetProperty("age").GetDouble() > 0);
    }

    private Task<Answer> ExplainVersionAsync(string body, string query = "", string contentType = "application/json") => _api.AskAsync(
        async request => await _explanations.ExplainVersionAsync(request, "churn", 1, default),
        body,
        query: query,
        contentType: contentType);

    private Task<Answer> ExplainEndpointAsync() =>
        _api.AskAsync(async request => await _explanations.ExplainAsync(request, "live", default), Record);
}
