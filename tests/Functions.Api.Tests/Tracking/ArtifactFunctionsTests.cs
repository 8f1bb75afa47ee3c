namespace Mlops.Api.Tracking;

public sealed class ArtifactFunctionsTests : IAsyncDisposable
{
    private readonly ApiOnDisk _api = new();
    private readonly ArtifactFunctions _artifacts;

    public ArtifactFunctionsTests() => _artifacts = _api.Functions<ArtifactFunctions>();

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task An_artifact_is_put_listed_and_read_as_data()
    {
        var id = await StartAsync();

        var put = await PutAsync(id, "plots/größe 1.svg", "<svg/>");
        var root = await ListAsync(id, "");
        var folder = await ListAsync(id, "?path=plots");
        var read = await GetAsync(id, "plots/größe 1.svg");

        Assert.Equal((200, 6), (put.Status, put.Json.GetProperty("length").GetInt64()));
        Assert.Equal("plots", root.Json.GetProperty("items")[0].GetProperty("path").GetString());
        Assert.Equal("plots/größe 1.svg", folder.Json.GetProperty("items")[0].GetProperty("path").GetString());
        Assert.Equal((200, "<svg/>", "nosniff"), (read.Status, read.Text, read.Headers.XContentTypeOptions.ToString()));
        Assert.StartsWith("attachment", read.Headers.ContentDisposition.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../other")]
    [InlineData("/etc/passwd")]
    [InlineData("a/..")]
    [InlineData("a\\b")]
    public async Task A_path_that_leads_elsewhere_is_refused(string path)
    {
        var id = await StartAsync();

        var put = await PutAsync(id, path, "x");
        Assert.StartsWith("path: expected names between slashes", put.Errors.Single(), StringComparison.Ordinal);
        Assert.Equal(400, (await GetAsync(id, path)).Status);
        Assert.Equal(400, (await ListAsync(id, $"?path={Uri.EscapeDataString(path)}")).Status);
    }

    [Fact]
    public async Task What_is_not_there_is_not_found()
    {
        var id = await StartAsync();

        Assert.Equal(404, (await GetAsync(id, "a")).Status);
        Assert.Equal(404, (await GetAsync("nope", "a")).Status);
        Assert.Equal(404, (await PutAsync("nope", "a", "x")).Status);
        Assert.Equal(404, (await ListAsync("nope", "")).Status);
    }

    private async Task<string> StartAsync()
    {
        var experiment = await _api.Experiments.GetOrCreateAsync(TenantId.Default, "tests", default);
        return (await _api.Runs.CreateAsync(TenantId.Default, experiment.Id, new("run", _api.Time.GetUtcNow(), []), default)).Id;
    }

    private Task<Answer> PutAsync(string id, string path, string body) =>
        _api.AskAsync(async request => await _artifacts.PutAsync(request, id, path, default), body, contentType: "image/svg+xml");

    private Task<Answer> GetAsync(string id, string path) =>
        _api.AskAsync(async request => await _artifacts.GetAsync(request, id, path, default));

    private Task<Answer> ListAsync(string id, string query) =>
        _api.AskAsync(async request => await _artifacts.ListAsync(request, id, default), query: query);
}
