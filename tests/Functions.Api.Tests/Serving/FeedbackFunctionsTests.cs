using Mlops.Serving;

namespace Mlops.Api.Serving;

public sealed class FeedbackFunctionsTests : IAsyncDisposable
{
    private readonly ApiOnDisk _api = new();
    private readonly LogInstance _instance = new(IdSource.Random);

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task One_item_or_many_are_accepted_before_their_predictions_are_logged()
    {
        await CreateEndpointAsync();

        var one = await RecordAsync($$"""{"predictionId":"{{NewId()}}","label":1}""");
        var many = await RecordAsync(
            $$"""{"items":[{"predictionId":"{{NewId()}}","label":true,"row":3},{"predictionId":"{{NewId()}}","reward":-0.5,"at":"2025-12-31"}]}""");

        Assert.Equal((200, 1), (one.Status, one.Json.GetProperty("accepted").GetInt32()));
        Assert.Equal((200, 2), (many.Status, many.Json.GetProperty("accepted").GetInt32()));
    }

    [Fact]
    public async Task Each_wrong_field_is_named_with_its_item_and_nothing_is_recorded()
    {
        await CreateEndpointAsync();
        var good = NewId();

        var answer = await RecordAsync($$"""
            {"items":[
              {"predictionId":"{{good}}","label":"yes"},
              {"predictionId":"42","label":{"a":1},"row":-1},
              {"predictionId":"{{PredictionIds.New(_instance, _api.Time.GetUtcNow().AddHours(1))}}","label":"yes","at":"tomorrow"},
              {"predictionId":"{{good}}","label":"yes","at":"2026-01-01T00:05:01Z"},
              {"predictionId":"{{good}}","reward":"NaN"},
              {"predictionId":"{{good}}"},
              null]}
            """);

        Assert.Equal(400, answer.Status);
        Assert.Equal(
            [
                "items[1].predictionId: expected the id of a prediction, 26 characters as in x-prediction-id",
                "items[1].row: expected a whole number from 0 to 9999",
                "items[1].label: expected a string of 1 to 1024 characters, a number, true or false",
                "items[2].predictionId: expected the id of a prediction, 26 characters as in x-prediction-id",
                "items[2].at: expected an ISO 8601 instant that has passed, as 2026-03-01T00:00:00Z",
                "items[3].at: expected an ISO 8601 instant that has passed, as 2026-03-01T00:00:00Z",
                "items[4].reward: expected a finite number",
                "items[5].label: expected a label or a reward",
                "items[6]: expected an object, found null",
            ],
            answer.Errors);
        Assert.Empty(await _api.FeedbackRowsAsync("live", _api.Time.GetUtcNow()));
        await RecordAsync($$"""{"predictionId":"{{good}}","label":"yes"}""");
        Assert.Single(await _api.FeedbackRowsAsync("live", _api.Time.GetUtcNow()));
    }

    [Theory]
    [InlineData("""{}""", "predictionId: expected the id of a prediction, 26 characters as in x-prediction-id")]
    [InlineData("""{"items":[]}""", "items: expected 1 to 1000 items, found 0")]
    [InlineData("""{"items":[{"predictionId":"x"}],"row":1}""", "items: expected no other field beside it")]
    [InlineData("""{"items":[{"label":1}]}""", "items[0].predictionId: is required")]
    [InlineData("""{"items":[{"predictionId":"x","reward":"much"}]}""", "items[0].reward: expected a number")]
    [InlineData("""{"prediction":"x"}""", "prediction: there is no such field")]
    public async Task Other_bodies_are_refused(string body, string error)
    {
        await CreateEndpointAsync();

        var answer = await RecordAsync(body);

        Assert.Equal((400, error), (answer.Status, answer.Errors[0]));
    }

    [Fact]
    public async Task More_items_than_a_thousand_are_refused()
    {
        await CreateEndpointAsync();
        var items = string.Join(',', Enumerable.Range(0, 1_001).Select(_ => $$"""{"predictionId":"{{NewId()}}","label":1}"""));

        Assert.Equal(
            ["items: expected 1 to 1000 items, found 1001"], (await RecordAsync($$"""{"items":[{{items}}]}""")).Errors);
    }

    [Fact]
    public async Task An_endpoint_that_never_was_has_no_feedback() =>
        Assert.Equal(404, (await RecordAsync($$"""{"predictionId":"{{NewId()}}","label":1}""")).Status);

    private string NewId() => PredictionIds.New(_instance, _api.Time.GetUtcNow());

    private Task CreateEndpointAsync() => _api.CreateEndpointAsync("live");

    private Task<Answer> RecordAsync(string body) => _api.AskAsync(
        async request => (await _api.Functions<FeedbackFunctions>().RecordAsync(request, "live", default)).Result, body);
}
