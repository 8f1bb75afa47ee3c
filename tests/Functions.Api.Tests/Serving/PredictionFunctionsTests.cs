using Mlops.Registry;

namespace Mlops.Api.Serving;

public sealed class PredictionFunctionsTests : IAsyncDisposable
{
    private readonly ApiOnDisk _api = new();
    private readonly PredictionFunctions _predictions;

    public PredictionFunctionsTests() => _predictions = _api.Functions<PredictionFunctions>();

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task Records_are_scored_by_the_model_in_their_order()
    {
        await ServeAsync();

        var answer = await PredictAsync("""{"records":[{"size":1.5,"age":1},{"age":null,"size":-1}]}""");

        Assert.Equal(
            (200, "churn", "1"), (answer.Status, answer.Headers["x-model"].ToString(), answer.Headers["x-model-version"].ToString()));
        Assert.Equal("application/json", answer.Headers.ContentType.ToString());
        var predictions = answer.Json.GetProperty("predictions");
        Assert.Equal(["yes", "no"], predictions.EnumerateArray().Select(prediction => prediction.GetProperty("label").GetString()));
        Assert.Equal(1 / (1 + Math.Exp(-2.5)), predictions[0].GetProperty("probabilities").GetProperty("yes").GetDouble(), 1e-6);
    }

    [Fact]
    public async Task One_record_may_come_alone()
    {
        await ServeAsync();

        Assert.Equal(1, (await PredictAsync("""{"record":{"size":1,"age":1}}""")).Json.GetProperty("predictions").GetArrayLength());
    }

    [Fact]
    public async Task Features_that_are_unknown_missing_or_of_another_kind_are_named()
    {
        await ServeAsync();

        var answer = await PredictAsync("""{"records":[{"size":"big","colour":"red"}]}""");

        Assert.Equal(400, answer.Status);
        Assert.Equal(
            [
                "records[0].size: expected a number that fits a 32-bit float, found the string 'big'",
                "records[0].colour: the model has no such feature",
                "records[0].age: is missing; expected a whole number that fits a 32-bit float, or null",
            ],
            answer.Errors);
    }

    [Fact]
    public async Task Other_content_is_refused()
    {
        await ServeAsync();

        Assert.Equal(415, (await PredictAsync("size,age\n1,2", "text/csv")).Status);
        Assert.Equal(400, (await PredictAsync("{")).Status);
        Assert.Equal(413, (await PredictAsync(new string(' ', PredictionBody.MaxBytes + 1))).Status);
    }

    [Fact]
    public async Task A_record_without_a_finite_prediction_is_named()
    {
        await ServeAsync(bias: float.NaN);

        var answer = await PredictAsync("""{"records":[{"size":1,"age":1}]}""");

        Assert.Equal(422, answer.Status);
        Assert.Contains("row 0", answer.Json.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_most_extreme_numbers_get_an_answer()
    {
        await ServeAsync();

        Assert.Equal(200, (await PredictAsync("""{"record":{"size":3.4e38,"age":-340000000000000000000000000000000000000}}""")).Status);
    }

    [Fact]
    public async Task Unknown_endpoints_are_told_from_those_without_a_model()
    {
        Assert.Equal(404, (await PredictAsync("""{"record":{}}""")).Status);
        await _api.RegisterAsync();
        await CreateEndpointAsync();

        var waiting = await PredictAsync("""{"record":{}}""");

        Assert.Equal((503, "1"), (waiting.Status, waiting.Headers.RetryAfter.ToString()));
        Assert.Equal("churn@champion names no version.", waiting.Json.GetProperty("detail").GetString());
    }

    [Fact]
    public async Task A_large_answer_is_whole()
    {
        await ServeAsync();
        var records = string.Join(',', Enumerable.Range(0, 5_000).Select(i => $$"""{"size":{{i}},"age":{{i}}}"""));

        var answer = await PredictAsync($$"""{"records":[{{records}}]}""");

        Assert.Equal(5_000, answer.Json.GetProperty("predictions").GetArrayLength());
    }

    private async Task ServeAsync(float bias = 0)
    {
        var version = await _api.RegisterAsync(bias);
        await _api.Models.SetAliasAsync(TenantId.Default, version.Model, AliasName.Champion, version.Number, "ada", null, default);
        await CreateEndpointAsync();
    }

    private async Task CreateEndpointAsync()
    {
        var endpoints = _api.Functions<EndpointFunctions>();
        var created = await _api.AskAsync(
            async request => await endpoints.CreateAsync(request, default), """{"name":"live","model":"churn","alias":"champion"}""");
        Assert.Equal(201, created.Status);
    }

    private Task<Answer> PredictAsync(string body, string contentType = "application/json") =>
        _api.AskAsync(async request => await _predictions.PredictAsync(request, "live", default), body, contentType: contentType);
}
