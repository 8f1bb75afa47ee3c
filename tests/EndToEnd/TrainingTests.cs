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

    private async Task<(HttpStatusCode Status, JsonNode? Body)> StartAsync(string spec, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/training");
        request.Content = new StringContent(spec, Encoding.UTF8, "application/json");
        request.Headers.Add("Idempotency-Key", key);
        using var answer = await Client.SendAsync(request);
        return (answer.StatusCode, JsonNode.Parse(await answer.Content.ReadAsStringAsync()));
    }
}
