using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Mlops.EndToEnd.OpenApi;

namespace Mlops.EndToEnd;

[Collection(SharedPlatform.Name)]
public sealed class TrainingTests(DocumentedPlatform platform)
{
    private HttpClient Client => platform.Host.Client;

    [Fact]
    public async Task Requests_with_one_key_at_the_same_time_start_one_training()
    {
        const string Spec = """
            {"model": "twice", "dataset": "fruit", "datasetVersion": 1, "target": "ripe",
             "learner": {"name": "logistic-regression"}}
            """;

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => StartAsync(Spec, "the same key")));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.Accepted, answer.Status));
        var id = Assert.Single(answers.Select(answer => answer.Body?["id"]?.GetValue<string>()).Distinct());
        await Client.GetStringAsync($"/api/v1/training/{id}/events");
        var versions = JsonNode.Parse(await Client.GetStringAsync("/api/v1/models/twice/versions"));
        Assert.Single(versions?["items"]?.AsArray() ?? []);
    }

    [Fact]
    public async Task A_key_that_is_sent_again_with_another_spec_is_refused()
    {
        var first = await StartAsync(
            """{"model": "keyed", "dataset": "fruit", "target": "ripe", "learner": {"name": "logistic-regression"}}""", "a key");
        var second = await StartAsync(
            """{"model": "keyed", "dataset": "fruit", "target": "ripe", "learner": {"name": "gradient-boosting"}}""", "a key");

        Assert.Equal((HttpStatusCode.Accepted, HttpStatusCode.UnprocessableEntity), (first.Status, second.Status));
        Assert.Equal("Idempotency-Key", second.Body?["errors"]?[0]?["field"]?.GetValue<string>());
    }

    [Fact]
    public async Task A_warm_start_from_no_study_is_told_at_once()
    {
        var answer = await StartAsync(
            """
            {"model": "warm", "dataset": "fruit", "target": "ripe", "learner": {"name": "logistic-regression"},
             "search": {"warmStart": ["nothing", "00000000000000000000000000000000"]}}
            """, "warm");

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal(
            ["search.warmStart[0]", "search.warmStart[1]"],
            answer.Body?["errors"]?.AsArray().Select(error => error?["field"]?.GetValue<string>()));
    }

    [Fact]
    public async Task A_cancelled_search_leaves_no_trial_and_no_run_that_runs()
    {
        // At a higher rate there would soon be nothing left to learn, and trials would be over before they can be cancelled.
        var started = await StartAsync(
            """
            {"model": "stopped", "dataset": "fruit", "target": "ripe",
             "learner": {"name": "gradient-boosting", "hyperparameters": {"minRowsPerLeaf": 1, "learningRate": 0.0001}},
             "search": {"space": {"rounds": {"type": "int", "low": 9000, "high": 10000}}, "trials": 500, "parallel": 2},
             "validation": {"folds": 2, "repeats": 20} }
            """, "stopped");
        var path = $"/api/v1/training/{started.Body?["id"]?.GetValue<string>()}";
        await Eventually.TrueAsync(async () => (await TrialsAsync(path)).Count > 0);

        using var cancelled = await Client.PostAsync($"{path}/cancel", null);

        Assert.Equal(HttpStatusCode.OK, cancelled.StatusCode);

        // A trial that was being suggested meanwhile ends itself, and its run after it.
        IReadOnlyList<(string? Trial, string? Run)> states = [];
        await Eventually.TrueAsync(async () => (states = await StatesAsync(path)).All(state => state is { Trial: not "running", Run: not "running" }));
        Assert.All(states, state => Assert.Equal(state.Trial is "complete" ? "finished" : "killed", state.Run));
        Assert.Contains("killed", states.Select(state => state.Run));
    }

    [Fact]
    public async Task A_spec_that_is_wrong_throughout_is_refused_with_the_first_reasons()
    {
        var features = string.Join(',', Enumerable.Range(0, 280).Select(i => $"\"{new string('\'', 30)}{i}\""));
        var started = await StartAsync($$"""
            {"model": "lost", "dataset": "fruit", "datasetVersion": 1, "target": "ripe", "features": [{{features}}],
             "learner": {"name": "logistic-regression"} }
            """, "lost");
        var id = started.Body?["id"]?.GetValue<string>();
        await Client.GetStringAsync($"/api/v1/training/{id}/events");

        var ended = JsonNode.Parse(await Client.GetStringAsync($"/api/v1/training/{id}"));

        Assert.Equal("refused", ended?["result"]?["outcome"]?.GetValue<string>());
        Assert.EndsWith("and 270 more", ended?["result"]?["reason"]?.GetValue<string>(), StringComparison.Ordinal);
    }

    private async Task<IReadOnlyList<(string? Trial, string? Run)>> StatesAsync(string training)
    {
        var states = new List<(string?, string?)>();
        foreach (var trial in await TrialsAsync(training))
        {
            var run = JsonNode.Parse(await Client.GetStringAsync($"/api/v1/runs/{trial?["runId"]}"));
            states.Add((trial?["state"]?.GetValue<string>(), run?["status"]?.GetValue<string>()));
        }

        return states;
    }

    private async Task<JsonArray> TrialsAsync(string training)
    {
        using var answer = await Client.GetAsync($"{training}/study/trials");
        return answer.IsSuccessStatusCode ? JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["items"]!.AsArray() : [];
    }

    private async Task<(HttpStatusCode Status, JsonNode? Body)> StartAsync(string spec, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/training");
        request.Content = new StringContent(spec, Encoding.UTF8, "application/json");
        request.Headers.Add("Idempotency-Key", key);
        using var answer = await Client.SendAsync(request);
        return (answer.StatusCode, JsonNode.Parse(await answer.Content.ReadAsStringAsync()));
    }
}
