namespace Mlops.Api.Registry;

public sealed class ModelVersionFunctionsTests : IAsyncDisposable
{
    private readonly ApiOnDisk _api = new();
    private readonly ModelVersionFunctions _versions;
    private readonly ModelAliasFunctions _aliases;
    private readonly ModelFileFunctions _files;

    public ModelVersionFunctionsTests()
    {
        _versions = _api.Functions<ModelVersionFunctions>();
        _aliases = _api.Functions<ModelAliasFunctions>();
        _files = _api.Functions<ModelFileFunctions>();
    }

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task A_version_is_told_with_its_signature()
    {
        await _api.RegisterAsync();

        var version = (await GetAsync(1)).Json;

        Assert.Equal(
            ("churn", 1, "none"),
            (version.GetProperty("model").GetString(), version.GetProperty("number").GetInt32(), version.GetProperty("stage").GetString()));
        Assert.Equal("size", version.GetProperty("signature").GetProperty("features")[0].GetProperty("name").GetString());
    }

    [Fact]
    public async Task Versions_are_listed_newest_first()
    {
        await _api.RegisterAsync(1);
        await _api.RegisterAsync(2);

        var list = await _api.AskAsync(async request => await _versions.ListAsync(request, "churn", default));

        Assert.Equal([2, 1], list.Json.GetProperty("items").EnumerateArray().Select(version => version.GetProperty("number").GetInt32()));
        Assert.Equal(404, (await _api.AskAsync(async request => await _versions.ListAsync(request, "nope", default))).Status);
    }

    [Fact]
    public async Task A_stage_is_moved_on_condition()
    {
        await _api.RegisterAsync();
        var seen = await GetAsync(1);

        Assert.Equal(200, (await MoveAsync("""{"stage":"production","archiveExisting":true}""", seen.ETag)).Status);
        Assert.Equal(412, (await MoveAsync("""{"stage":"archived"}""", seen.ETag)).Status);
        Assert.Equal("production", (await GetAsync(1)).Json.GetProperty("stage").GetString());
    }

    [Theory]
    [InlineData("""{"stage":"live"}""")]
    [InlineData("""{"stage":2}""")]
    public async Task A_stage_that_is_none_is_refused_with_those_that_are(string body)
    {
        await _api.RegisterAsync();

        Assert.Equal("stage: expected one of none, staging, production, archived", Assert.Single((await MoveAsync(body)).Errors));
    }

    [Fact]
    public async Task An_edit_is_kept_and_one_out_of_bounds_is_refused()
    {
        await _api.RegisterAsync();

        Assert.Equal("v", (await EditAsync("""{"tags":{"k":"v"}}""")).Json.GetProperty("tags").GetProperty("k").GetString());
        Assert.Equal(400, (await EditAsync($$$"""{"tags":{"":"v"}}""")).Status);
    }

    [Fact]
    public async Task An_alias_is_set_told_moved_on_condition_and_removed()
    {
        await _api.RegisterAsync(1);
        await _api.RegisterAsync(2);
        var first = await SetAliasAsync(1);

        Assert.Equal((200, first.ETag), (first.Status, (await GetAliasAsync()).ETag));
        Assert.Equal(200, (await SetAliasAsync(2, first.ETag)).Status);
        Assert.Equal(412, (await SetAliasAsync(1, first.ETag)).Status);
        Assert.Equal(2, (await GetAliasAsync()).Json.GetProperty("version").GetInt32());
        Assert.Equal(204, (await _api.AskAsync(async request => await _aliases.RemoveAsync(request, "churn", "champion", default))).Status);
        Assert.Equal(404, (await GetAliasAsync()).Status);
    }

    [Fact]
    public async Task Who_was_champion_can_be_asked_for_an_instant()
    {
        await _api.RegisterAsync(1);
        await _api.RegisterAsync(2);
        await SetAliasAsync(1);
        _api.Time.Advance(TimeSpan.FromDays(2));
        await SetAliasAsync(2);

        Assert.Equal(1, (await GetAliasAsync("?asOf=2026-01-02T00:00:00Z")).Json.GetProperty("version").GetInt32());
        Assert.Equal(2, (await GetAliasAsync("?asOf=2026-01-03")).Json.GetProperty("version").GetInt32());
        Assert.Equal(404, (await GetAliasAsync("?asOf=2025-12-31")).Status);
        Assert.Equal(400, (await GetAliasAsync("?asOf=yesterday")).Status);
    }

    [Fact]
    public async Task An_alias_cannot_name_what_is_not_there()
    {
        Assert.Equal(404, (await SetAliasAsync(1)).Status);
        await _api.RegisterAsync();
        Assert.Equal(404, (await SetAliasAsync(2)).Status);
        Assert.Equal(400, (await _api.AskAsync(
            async request => await _aliases.SetAsync(request, "churn", "latest", default), """{"version":1}""")).Status);
    }

    [Fact]
    public async Task Files_are_listed_and_given_as_they_are()
    {
        await _api.RegisterAsync();

        var list = await _api.AskAsync(async request => await _files.ListAsync(request, "churn", 1, default));
        var card = await FileAsync("model_card.md");

        Assert.Equal(
            ["MLmodel", "model.onnx", "model_card.md", "signature.json"],
            list.Json.GetProperty("items").EnumerateArray().Select(file => file.GetProperty("path").GetString()));
        Assert.Equal((200, "# Churn", "text/markdown; charset=utf-8"), (card.Status, card.Text, card.Headers.ContentType.ToString()));
        Assert.Equal("nosniff", card.Headers.XContentTypeOptions.ToString());
    }

    [Theory]
    [InlineData("nope.json")]
    [InlineData("../../../../mlops.db")]
    [InlineData("..")]
    [InlineData("C:\\x")]
    public async Task Only_files_of_the_version_are_given(string path)
    {
        await _api.RegisterAsync();

        Assert.Equal(404, (await FileAsync(path)).Status);
    }

    private Task<Answer> GetAsync(int number) =>
        _api.AskAsync(async request => await _versions.GetAsync(request, "churn", number, default));

    private Task<Answer> EditAsync(string body) =>
        _api.AskAsync(async request => await _versions.EditAsync(request, "churn", 1, default), body);

    private Task<Answer> MoveAsync(string body, string? ifMatch = null) =>
        _api.AskAsync(async request => await _versions.MoveStageAsync(request, "churn", 1, default), body, ifMatch);

    private Task<Answer> SetAliasAsync(int version, string? ifMatch = null) => _api.AskAsync(
        async request => await _aliases.SetAsync(request, "churn", "champion", default), $$"""{"version":{{version}}}""", ifMatch);

    private Task<Answer> GetAliasAsync(string query = "") =>
        _api.AskAsync(async request => await _aliases.GetAsync(request, "churn", "champion", default), query: query);

    private Task<Answer> FileAsync(string path) =>
        _api.AskAsync(async request => await _files.GetAsync(request, "churn", 1, path, default));
}
