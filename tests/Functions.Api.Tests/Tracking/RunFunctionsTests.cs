using Mlops.Storage;

namespace Mlops.Api.Tracking;

public sealed class RunFunctionsTests : IAsyncDisposable
{
    private readonly ApiOnDisk _api = new();
    private readonly RunFunctions _runs;

    public RunFunctionsTests() => _runs = _api.Functions<RunFunctions>();

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task A_started_run_is_located_found_and_listed()
    {
        var created = await StartAsync("""{"experimentId":"0","name":"first","tags":[{"key":"team","value":"a"}]}""");
        var id = Id(created);

        var found = await GetAsync(id);
        var listed = await ListAsync("?experimentId=0");

        Assert.Equal((201, $"/api/v1/runs/{id}"), (created.Status, created.Headers.Location.ToString()));
        Assert.Equal((200, created.Text, created.ETag), (found.Status, found.Text, found.ETag));
        Assert.Equal(("first", "running"), (found.Json.GetProperty("name").GetString(), found.Json.GetProperty("status").GetString()));
        Assert.Equal("developer", found.Json.GetProperty("tags").GetProperty("mlflow.user").GetString());
        Assert.Equal(id, listed.Json.GetProperty("items")[0].GetProperty("id").GetString());
    }

    [Fact]
    public async Task A_start_repeated_with_its_key_finds_the_same_run()
    {
        var first = await StartAsync("""{"experimentId":"0","idempotencyKey":"k"}""");

        Assert.Equal(first.Text, (await StartAsync("""{"experimentId":"0","idempotencyKey":"k"}""")).Text);
    }

    [Theory]
    [InlineData("""{"experimentId":"9"}""", "experimentId: There is no experiment '9'.")]
    [InlineData("""{"experimentId":"0","tags":[null]}""", "tags[0]: must not be null")]
    [InlineData("""{"experimentId":"0","tags":[{"key":"a"}]}""", "tags[0].value: is required")]
    [InlineData("""{"experimentId":"0","startTime":"1969-12-31T00:00:00Z"}""", "startTime: A run starts in 1970 or later.")]
    [InlineData("""{"name":"x"}""", "experimentId: is required")]
    public async Task What_is_wrong_with_a_start_is_named(string body, string expected)
    {
        var answer = await StartAsync(body);

        Assert.Equal((400, expected), (answer.Status, Assert.Single(answer.Errors)));
    }

    [Fact]
    public async Task What_was_logged_is_in_the_run_and_in_the_history()
    {
        var id = Id(await StartAsync("""{"experimentId":"0"}"""));

        var logged = await LogAsync(id, """
            {"metrics":[{"key":"val/auc","value":0.5,"timestamp":1},{"key":"val/auc","value":"NaN","timestamp":2,"step":1}],
             "params":[{"key":"rounds","value":"100"}],"tags":[{"key":"note","value":"good"}]}
            """);

        var run = (await GetAsync(id)).Json;
        var history = await _api.AskAsync(async request => await _runs.MetricAsync(request, id, "val/auc", default), query: "?limit=1");
        Assert.Equal((204, 1), (logged.Status, run.GetProperty("metrics").GetProperty("val/auc").GetProperty("step").GetInt64()));
        Assert.Equal("NaN", run.GetProperty("metrics").GetProperty("val/auc").GetProperty("value").GetString());
        Assert.Equal("100", run.GetProperty("params").GetProperty("rounds").GetString());
        Assert.Equal(0.5, history.Json.GetProperty("items")[0].GetProperty("value").GetDouble());
        Assert.NotNull(history.Json.GetProperty("continuation").GetString());
    }

    [Theory]
    [InlineData("""{"metrics":[null]}""", "metrics[0]: must not be null")]
    [InlineData("""{"metrics":[{"key":"a","value":1}]}""", "metrics[0].timestamp: is required")]
    [InlineData("""{"metrics":[{"key":"a","value":"x","timestamp":1}]}""", "metrics[0].value: expected a number")]
    [InlineData("""{"params":[{"key":"p","value":"2"}]}""", "params[0].value: Changing param values is not allowed.")]
    public async Task What_is_wrong_with_a_batch_is_named(string body, string expected)
    {
        var id = Id(await StartAsync("""{"experimentId":"0"}"""));
        await LogAsync(id, """{"params":[{"key":"p","value":"1"}]}""");

        var answer = await LogAsync(id, body);

        Assert.Equal(400, answer.Status);
        Assert.StartsWith(expected, Assert.Single(answer.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_is_finished_and_a_stale_change_is_refused()
    {
        var created = await StartAsync("""{"experimentId":"0"}""");
        var id = Id(created);

        var finished = await ChangeAsync(id, """{"status":"finished","endTime":"2026-01-02T03:04:05Z"}""", created.ETag);
        var stale = await ChangeAsync(id, """{"status":"failed"}""", created.ETag);

        Assert.Equal(("finished", 200, 412), (finished.Json.GetProperty("status").GetString(), finished.Status, stale.Status));
        Assert.Equal(finished.Text, (await GetAsync(id)).Text);
        Assert.Equal(200, (await ChangeAsync(id, """{"name":"renamed"}""", finished.ETag)).Status);
    }

    [Fact]
    public async Task A_status_that_is_none_is_refused()
    {
        var id = Id(await StartAsync("""{"experimentId":"0"}"""));

        foreach (var status in (string[])["17", "\"done\""])
        {
            var answer = await ChangeAsync(id, $$"""{"status":{{status}}}""", null);
            Assert.Equal(["status: expected one of running, scheduled, finished, failed, killed"], answer.Errors);
        }
    }

    [Theory]
    [InlineData("nope")]
    [InlineData("00000000ffffffffffffffffffffffff")]
    public async Task A_run_that_is_not_there_is_not_found(string id)
    {
        Assert.Equal(404, (await GetAsync(id)).Status);
        Assert.Equal(404, (await ChangeAsync(id, "{}", null)).Status);
        Assert.Equal(404, (await LogAsync(id, "{}")).Status);
        Assert.Equal(404, (await _api.AskAsync(async request => await _runs.MetricAsync(request, id, "auc", default))).Status);
    }

    [Fact]
    public async Task Runs_are_listed_of_one_experiment_that_is_there()
    {
        Assert.Equal(["experimentId: expected one experiment's id"], (await ListAsync("")).Errors);
        Assert.Equal(404, (await ListAsync("?experimentId=9")).Status);
    }

    [Fact]
    public async Task A_continuation_that_was_not_given_out_is_left_to_the_middleware_to_refuse()
    {
        var id = Id(await StartAsync("""{"experimentId":"0"}"""));

        await Assert.ThrowsAsync<InvalidContinuationException>(() => ListAsync("?experimentId=0&continuation=x"));
        await Assert.ThrowsAsync<InvalidContinuationException>(
            () => _api.AskAsync(async request => await _runs.MetricAsync(request, id, "auc", default), query: "?continuation=x"));
    }

    private static string Id(Answer answer) => answer.Json.GetProperty("id").GetString() ?? "";

    private async Task<Answer> StartAsync(string body)
    {
        await _api.Experiments.GetOrCreateAsync(TenantId.Default, "Default", default);
        return await _api.AskAsync(async request => await _runs.CreateAsync(request, default), body);
    }

    private Task<Answer> GetAsync(string id) => _api.AskAsync(async request => await _runs.GetAsync(request, id, default));

    private Task<Answer> ListAsync(string query) => _api.AskAsync(async request => await _runs.ListAsync(request, default), query: query);

    private Task<Answer> LogAsync(string id, string body) =>
        _api.AskAsync(async request => await _runs.LogBatchAsync(request, id, default), body);

    private Task<Answer> ChangeAsync(string id, string body, string? ifMatch) =>
        _api.AskAsync(async request => await _runs.ChangeAsync(request, id, default), body, ifMatch);
}
