namespace Mlops.Api.Tracking;

public sealed class ExperimentFunctionsTests : IAsyncDisposable
{
    private readonly ApiOnDisk _api = new();
    private readonly ExperimentFunctions _experiments;

    public ExperimentFunctionsTests() => _experiments = _api.Functions<ExperimentFunctions>();

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task A_new_experiment_is_located_and_found_and_made_once()
    {
        var created = await CreateAsync("""{"name":"churn"}""");
        var again = await CreateAsync("""{"name":"churn"}""");
        var found = await _api.AskAsync(async request => await _experiments.GetAsync(request, "1", default));

        Assert.Equal((201, "/api/v1/experiments/1"), (created.Status, created.Headers.Location.ToString()));
        Assert.Equal((200, created.Text), (again.Status, again.Text));
        Assert.Equal((200, created.Text, created.ETag), (found.Status, found.Text, found.ETag));
        Assert.Equal("active", found.Json.GetProperty("lifecycleStage").GetString());
        Assert.False(found.Json.TryGetProperty("eTag", out _));
    }

    [Fact]
    public async Task Experiments_are_listed_page_by_page_and_found_by_name()
    {
        await CreateAsync("""{"name":"one"}""");
        await CreateAsync("""{"name":"two"}""");

        var first = await ListAsync("?limit=1");
        var second = await ListAsync($"?limit=1&continuation={first.Json.GetProperty("continuation").GetString()}");
        var named = await ListAsync("?name=one");

        Assert.Equal(["two", "one", "one"], [.. Names(first), .. Names(second), .. Names(named)]);
        Assert.Empty(Names(await ListAsync("?name=three")));
    }

    [Fact]
    public async Task What_is_not_there_is_not_found()
    {
        var answer = await _api.AskAsync(async request => await _experiments.GetAsync(request, "77", default));

        Assert.Equal((404, "There is no experiment '77'."), (answer.Status, answer.Json.GetProperty("detail").GetString()));
    }

    [Fact]
    public async Task An_empty_name_is_refused() =>
        Assert.Equal(["name: An experiment's name has 1 to 500 characters."], (await CreateAsync("""{"name":""}""")).Errors);

    private static string[] Names(Answer answer) =>
        [.. answer.Json.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("name").GetString() ?? "")];

    private Task<Answer> CreateAsync(string body) => _api.AskAsync(async request => await _experiments.CreateAsync(request, default), body);

    private Task<Answer> ListAsync(string query) =>
        _api.AskAsync(async request => await _experiments.ListAsync(request, default), query: query);
}
