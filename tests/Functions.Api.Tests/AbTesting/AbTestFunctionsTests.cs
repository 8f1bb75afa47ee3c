namespace Mlops.Api.AbTesting;

public sealed class AbTestFunctionsTests : IAsyncDisposable
{
    private const string Ranking = """
        {"name":"ranking","endpoint":"live","control":{"name":"current","model":"churn","alias":"champion"},
         "treatments":[{"name":"new","model":"churn","version":2}],"metric":{"kind":"conversion"}}
        """;

    private readonly ApiOnDisk _api = new();
    private readonly AbTestFunctions _tests;

    public AbTestFunctionsTests() => _tests = _api.Functions<AbTestFunctions>();

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task A_described_test_is_located_found_and_listed_with_what_goes_without_saying()
    {
        await PrepareAsync();
        var created = await CreateAsync(Ranking);
        var found = await GetAsync();

        Assert.Equal((201, "/api/v1/ab-tests/ranking"), (created.Status, created.Headers.Location.ToString()));
        Assert.Equal((200, created.Text, created.ETag), (found.Status, found.Text, found.ETag));
        var test = found.Json;
        Assert.Equal("draft", test.GetProperty("state").GetString());
        Assert.Equal((0.05, 0.8), (test.GetProperty("alpha").GetDouble(), test.GetProperty("power").GetDouble()));
        Assert.Equal(
            ("increase", "recommend", "champion"),
            (test.GetProperty("goal").GetString(), test.GetProperty("decide").GetString(), test.GetProperty("alias").GetString()));
        var list = await _api.AskAsync(async request => await _tests.ListAsync(request, default));
        Assert.Equal("ranking", Assert.Single(list.Json.GetProperty("items").EnumerateArray()).GetProperty("name").GetString());
        Assert.Equal(409, (await CreateAsync(Ranking)).Status);
    }

    [Fact]
    public async Task Everything_that_is_wrong_with_a_test_is_said_at_once()
    {
        await PrepareAsync();
        var answer = await CreateAsync("""
            {"name":"Ranking","endpoint":"","alias":"No!","alpha":1,"power":0,"minimumEffect":0,"minimumUnits":-1,"minimumDays":400,
             "maximumUnits":1,"plannedUnits":2000000,"expectedRate":2,
             "control":{"name":"override","model":"churn","alias":"champion","weight":0},
             "treatments":[{"name":"a","model":"churn"},{"name":"b","model":"churn","version":1,"steps":["nope",null]},null,
                           {"name":"b","model":"churn","version":1}],
             "metric":{"kind":"latency","label":"yes"},
             "guardrails":[{"metric":{"kind":"conversion"},"margin":1},{"metric":{"kind":"reward"},"margin":-1},null],
             "covariate":{"input":"","prePeriodDays":40}}
            """);

        Assert.Equal(400, answer.Status);
        Assert.Equal(
            [
                "name", "endpoint", "alias", "control.weight", "control.name", "treatments[0].alias", "treatments[1].steps[0]",
                "treatments[1].steps[1]", "treatments[2]", "treatments[3].name", "metric.label", "alpha", "power", "minimumEffect",
                "minimumUnits", "minimumDays", "maximumUnits", "plannedUnits", "expectedRate", "expectedRate", "guardrails[0].margin",
                "guardrails[1].margin", "guardrails[2]", "covariate", "covariate.input", "covariate.prePeriodDays",
            ],
            answer.Errors.Select(error => error[..error.IndexOf(':', StringComparison.Ordinal)]));
    }

    [Theory]
    [InlineData("\"version\":2", "\"version\":9", "version: expected a version of the model")]
    [InlineData("\"model\":\"churn\",\"version\":2", "\"model\":\"none\",\"version\":2", "model: expected a registered model")]
    [InlineData("\"endpoint\":\"live\"", "\"endpoint\":\"other\"", "endpoint: expected the name of an endpoint")]
    [InlineData("{\"name\":\"new\",\"model\":\"churn\",\"version\":2}", "", "treatments: expected 1 to 8 arms, found 0")]
    [InlineData(
        "\"conversion\"",
        "\"clicks\"",
        "metric.kind: expected one of conversion, reward, rewardTotal, accuracy, absoluteError, latency")]
    [InlineData("\"metric\":{\"kind\":\"conversion\"}", "\"metric\":null", "metric: must not be null")]
    [InlineData("\"conversion\"}", "\"conversion\"},\"alpha\":\"NaN\"", "alpha: expected a number above 0 and below 1")]
    public async Task What_is_wrong_with_a_test_is_named(string right, string wrong, string expected)
    {
        await PrepareAsync();
        var answer = await CreateAsync(Ranking.Replace(right, wrong, StringComparison.Ordinal));

        Assert.Equal((400, expected), (answer.Status, Assert.Single(answer.Errors)));
    }

    [Fact]
    public async Task A_test_is_started_looked_at_and_stopped_and_only_then_removed()
    {
        await PrepareAsync();
        var draft = await CreateAsync(Ranking);
        Assert.Equal((404, 409, 409), ((await ReportAsync()).Status, (await AnalyzeAsync()).Status, (await StopAsync("{}")).Status));

        var started = await StartAsync(draft.ETag);
        Assert.Equal((200, "running"), (started.Status, started.Json.GetProperty("state").GetString()));
        Assert.Equal(1, started.Json.GetProperty("control").GetProperty("version").GetInt32());
        Assert.Equal((412, 200), ((await StartAsync(draft.ETag)).Status, (await StartAsync()).Status));
        Assert.Equal(409, (await RemoveAsync()).Status);

        var report = await AnalyzeAsync();
        Assert.Equal((200, "continue"), (report.Status, report.Json.GetProperty("advice").GetString()));
        Assert.Equal(report.Text, (await ReportAsync()).Text);

        Assert.Equal(400, (await StopAsync("""{"ship":"current"}""")).Status);
        var stopped = await StopAsync("""{"ship":"new","reason":"Enough seen."}""");
        Assert.Equal((200, "ended"), (stopped.Status, stopped.Json.GetProperty("state").GetString()));
        Assert.Equal("Enough seen.", stopped.Json.GetProperty("conclusion").GetProperty("reason").GetString());
        Assert.Equal((200, 409), ((await StopAsync("""{"ship":"new"}""")).Status, (await StopAsync("{}")).Status));
        Assert.Equal((412, 204, 404), ((await RemoveAsync(draft.ETag)).Status, (await RemoveAsync()).Status, (await RemoveAsync()).Status));
        Assert.Equal(404, (await ReportAsync()).Status);
    }

    [Fact]
    public async Task What_is_not_there_is_not_found()
    {
        Assert.Equal(404, (await GetAsync()).Status);
        Assert.Equal(404, (await StartAsync()).Status);
        Assert.Equal(404, (await StopAsync("{}")).Status);
        Assert.Equal(404, (await AnalyzeAsync()).Status);
        Assert.Equal(400, (await _api.AskAsync(async request => await _tests.GetAsync(request, "No name", default))).Status);
    }

    private async Task PrepareAsync()
    {
        await _api.RegisterAsync(0);
        await _api.RegisterAsync(1);
        await _api.Models.SetAliasAsync(
            TenantId.Default, Mlops.Registry.ModelName.Parse("churn"), Mlops.Registry.AliasName.Champion, 1, "ada", null, default);
        await _api.CreateEndpointAsync("live");
    }

    private Task<Answer> CreateAsync(string body) => _api.AskAsync(async request => await _tests.CreateAsync(request, default), body);

    private Task<Answer> GetAsync() => _api.AskAsync(async request => await _tests.GetAsync(request, "ranking", default));

    private Task<Answer> StartAsync(string? ifMatch = null) =>
        _api.AskAsync(async request => await _tests.StartAsync(request, "ranking", default), ifMatch: ifMatch);

    private Task<Answer> StopAsync(string body) =>
        _api.AskAsync(async request => await _tests.StopAsync(request, "ranking", default), body);

    private Task<Answer> ReportAsync() => _api.AskAsync(async request => await _tests.GetReportAsync(request, "ranking", default));

    private Task<Answer> AnalyzeAsync() => _api.AskAsync(async request => await _tests.AnalyzeAsync(request, "ranking", default));

    private Task<Answer> RemoveAsync(string? ifMatch = null) =>
        _api.AskAsync(async request => await _tests.RemoveAsync(request, "ranking", default), ifMatch: ifMatch);
}
