namespace Mlops.Api.Serving;

public sealed class EndpointFunctionsTests : IAsyncDisposable
{
    private const string Live = """{"name":"live","model":"churn","alias":"champion"}""";

    private readonly ApiOnDisk _api = new();
    private readonly EndpointFunctions _endpoints;

    public EndpointFunctionsTests() => _endpoints = _api.Functions<EndpointFunctions>();

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task A_created_endpoint_is_located_found_and_listed()
    {
        await _api.RegisterAsync();
        var created = await CreateAsync(Live);
        var found = await GetAsync();

        Assert.Equal((201, "/api/v1/endpoints/live"), (created.Status, created.Headers.Location.ToString()));
        Assert.Equal((200, created.Text, created.ETag), (found.Status, found.Text, found.ETag));
        // Its model has no champion yet.
        Assert.Equal("unavailable", found.Json.GetProperty("status").GetString());
        var list = await _api.AskAsync(async request => await _endpoints.ListAsync(request, default));
        Assert.Equal("live", Assert.Single(list.Json.GetProperty("items").EnumerateArray()).GetProperty("name").GetString());
    }

    [Theory]
    [InlineData("""{"name":"Live","model":"churn","version":1}""", "name: expected a lower-case letter, then up to 62 lower-case letters, digits or hyphens, found 'Live'")]
    [InlineData("""{"name":"live","model":"churn"}""", "alias: expected either 'alias' or 'version', and not both")]
    [InlineData("""{"name":"live","model":"churn","alias":"champion","version":1}""", "alias: expected either 'alias' or 'version', and not both")]
    [InlineData("""{"name":"live","model":"nope","alias":"champion"}""", "model: expected a registered model")]
    [InlineData("""{"name":"live","model":"churn","version":7}""", "version: expected a version of the model")]
    [InlineData("""{"name":"live","model":"churn","version":-1}""", "version: expected a version of the model")]
    public async Task What_is_wrong_with_a_new_endpoint_is_named(string body, string expected)
    {
        await _api.RegisterAsync();
        var answer = await CreateAsync(body);

        Assert.Equal((400, expected), (answer.Status, Assert.Single(answer.Errors)));
    }

    [Theory]
    [InlineData("trim", "'trim': the model has no feature that is a string")]
    [InlineData("non-negative", "'non-negative': it is for models that predict a quantity")]
    public async Task A_step_that_makes_no_sense_for_the_version_is_refused(string step, string expected)
    {
        await _api.RegisterAsync();
        var answer = await CreateAsync(
            $$$"""{"name":"live","policy":{"kind":"fixed","arms":[{"name":"only","model":"churn","version":1,"steps":["{{{step}}}"]}]}}""");

        Assert.Equal((400, $"policy.arms[0].steps: {expected}"), (answer.Status, Assert.Single(answer.Errors)));
    }

    [Fact]
    public async Task A_name_is_taken_once_and_free_after_removal()
    {
        await _api.RegisterAsync();
        await CreateAsync(Live);

        Assert.Equal(409, (await CreateAsync(Live)).Status);
        Assert.Equal((204, 404), ((await RemoveAsync()).Status, (await RemoveAsync()).Status));
        Assert.Equal(201, (await CreateAsync(Live)).Status);
    }

    [Fact]
    public async Task A_stale_change_or_removal_is_refused()
    {
        await _api.RegisterAsync();
        var seen = await CreateAsync(Live);

        Assert.Equal(200, (await ReplaceAsync("""{"model":"churn","version":1}""", seen.ETag)).Status);
        Assert.Equal(412, (await ReplaceAsync("""{"model":"churn","alias":"champion"}""", seen.ETag)).Status);
        Assert.Equal(412, (await RemoveAsync(seen.ETag)).Status);
        Assert.Equal(1, (await GetAsync()).Json.GetProperty("version").GetInt32());
    }

    [Fact]
    public async Task Unknown_endpoints_are_not_found()
    {
        await _api.RegisterAsync();

        Assert.Equal(404, (await GetAsync()).Status);
        Assert.Equal(404, (await ReplaceAsync("""{"model":"churn","version":1}""")).Status);
    }

    private Task<Answer> CreateAsync(string body) => _api.AskAsync(async request => await _endpoints.CreateAsync(request, default), body);

    private Task<Answer> GetAsync() => _api.AskAsync(async request => await _endpoints.GetAsync(request, "live", default));

    private Task<Answer> ReplaceAsync(string body, string? ifMatch = null) =>
        _api.AskAsync(async request => await _endpoints.ReplaceAsync(request, "live", default), body, ifMatch);

    private Task<Answer> RemoveAsync(string? ifMatch = null) =>
        _api.AskAsync(async request => await _endpoints.RemoveAsync(request, "live", default), ifMatch: ifMatch);
}
