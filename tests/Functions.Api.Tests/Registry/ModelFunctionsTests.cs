namespace Mlops.Api.Registry;

public sealed class ModelFunctionsTests : IAsyncDisposable
{
    private readonly ApiOnDisk _api = new();
    private readonly ModelFunctions _models;

    public ModelFunctionsTests() => _models = _api.Functions<ModelFunctions>();

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task A_created_model_is_located_and_found()
    {
        var created = await CreateAsync("""{"name":"churn","description":"Who leaves","tags":{"team":"retention"}}""");
        var found = await GetAsync("churn");

        Assert.Equal((201, "/api/v1/models/churn"), (created.Status, created.Headers.Location.ToString()));
        Assert.Equal((200, created.Text, created.ETag), (found.Status, found.Text, found.ETag));
        Assert.Equal("retention", found.Json.GetProperty("tags").GetProperty("team").GetString());
    }

    [Fact]
    public async Task A_name_is_taken_once()
    {
        await CreateAsync("""{"name":"churn"}""");

        Assert.Equal(409, (await CreateAsync("""{"name":"churn"}""")).Status);
    }

    [Theory]
    [InlineData("""{"name":"a/b"}""", "name: expected 1 to 128 letters, digits, dots, hyphens or underscores, first a letter or digit, last not a dot, found 'a/b'")]
    [InlineData("""{"name":"churn","tags":{"a":null}}""", "tags.a: must not be null")]
    [InlineData("""{"name":"churn","owner":"ada"}""", "owner: there is no such field")]
    [InlineData("""{}""", "name: is required")]
    public async Task What_is_wrong_with_a_new_model_is_named(string body, string expected)
    {
        var answer = await CreateAsync(body);

        Assert.Equal((400, expected), (answer.Status, Assert.Single(answer.Errors)));
    }

    [Fact]
    public async Task A_stale_edit_is_refused()
    {
        var seen = await CreateAsync("""{"name":"churn"}""");
        var first = await EditAsync("""{"description":"mine"}""", seen.ETag);
        var second = await EditAsync("""{"description":"theirs"}""", seen.ETag);

        Assert.Equal((200, 412), (first.Status, second.Status));
        Assert.Equal("mine", (await GetAsync("churn")).Json.GetProperty("description").GetString());
        Assert.Equal(200, (await EditAsync("""{"tags":{"a":null}}""", first.ETag)).Status);
    }

    [Fact]
    public async Task Lists_go_on_where_they_stopped()
    {
        await CreateAsync("""{"name":"a"}""");
        await CreateAsync("""{"name":"b"}""");

        var first = await ListAsync("?limit=1");
        var continuation = first.Json.GetProperty("continuation").GetString() ?? "";
        var second = await ListAsync($"?limit=1&continuation={Uri.EscapeDataString(continuation)}");

        Assert.Equal(("a", "b"), (Name(first), Name(second)));
        Assert.False(second.Json.TryGetProperty("continuation", out _));

        static string? Name(Answer answer) => answer.Json.GetProperty("items")[0].GetProperty("name").GetString();
    }

    [Fact]
    public async Task History_tells_who_did_what()
    {
        await CreateAsync("""{"name":"churn"}""");
        await EditAsync("""{"description":"x"}""");

        var items = (await HistoryAsync("churn")).Json.GetProperty("items");

        Assert.Equal(
            [("modelEdited", "developer"), ("modelCreated", "developer")],
            items.EnumerateArray().Select(entry => (entry.GetProperty("kind").GetString(), entry.GetProperty("actor").GetString())));
    }

    [Fact]
    public async Task Unknown_models_are_not_found()
    {
        Assert.Equal(404, (await GetAsync("nope")).Status);
        Assert.Equal(404, (await HistoryAsync("nope")).Status);
        Assert.Equal(404, (await EditAsync("{}")).Status);
        Assert.Equal(400, (await GetAsync("..")).Status);
    }

    private Task<Answer> CreateAsync(string body) => _api.AskAsync(async request => await _models.CreateAsync(request, default), body);

    private Task<Answer> GetAsync(string name) => _api.AskAsync(async request => await _models.GetAsync(request, name, default));

    private Task<Answer> EditAsync(string body, string? ifMatch = null) =>
        _api.AskAsync(async request => await _models.EditAsync(request, "churn", default), body, ifMatch);

    private Task<Answer> ListAsync(string query) => _api.AskAsync(async request => await _models.ListAsync(request, default), query: query);

    private Task<Answer> HistoryAsync(string name) =>
        _api.AskAsync(async request => await _models.HistoryAsync(request, name, default));
}
