using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Mlops.EndToEnd.OpenApi;

namespace Mlops.EndToEnd;

[Collection(SharedPlatform.Name)]
public sealed class ReproductionTests(DocumentedPlatform platform)
{
    private HttpClient Client => platform.Host.Client;

    [Theory]
    [InlineData("again-trees", "gradient-boosting")]
    [InlineData("again-linear", "logistic-regression")]
    public async Task A_version_trained_over_http_comes_out_identical(string model, string learner)
    {
        await TrainAsync($$"""
            {"model": "{{model}}", "dataset": "fruit", "datasetVersion": 1, "target": "ripe", "seed": 5, "learner": {"name": "{{learner}}"} }
            """);

        var result = await ReproduceAsync(model);

        Assert.Equal("identical", result?["outcome"]?.GetValue<string>());
        Assert.Empty(result?["environment"]?.AsArray() ?? []);
    }

    [Fact]
    public async Task Requests_with_one_key_start_one_reproduction_of_a_version()
    {
        await TrainAsync("""
            {"model": "again-once", "dataset": "fruit", "datasetVersion": 1, "target": "ripe", "learner": {"name": "logistic-regression"}}
            """);

        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => StartAsync("again-once", "one key")));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.Accepted, answer.Status));
        var listed = JsonNode.Parse(await Client.GetStringAsync("/api/v1/models/again-once/versions/1/reproductions"));
        Assert.Single(listed?["items"]?.AsArray() ?? []);
    }

    [Theory]
    [InlineData("/api/v1/models/fruit/versions/999/reproductions")]
    [InlineData("/api/v1/models/nobody/versions/1/reproductions")]
    public async Task What_is_not_there_cannot_be_trained_again(string path)
    {
        using var started = await Client.PostAsync(new Uri(path, UriKind.Relative), content: null);
        using var listed = await Client.GetAsync(new Uri(path, UriKind.Relative));

        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.NotFound), (started.StatusCode, listed.StatusCode));
    }

    [Fact]
    public async Task A_verdict_can_be_read_with_its_version()
    {
        var version = JsonNode.Parse(await Client.GetStringAsync("/api/v1/models/fruit/versions/1"));

        Assert.Equal(
            ["metric", "metric", "slice", "fairness", "latency", "size", "signature"],
            version?["verdict"]?["findings"]?.AsArray().Select(finding => finding?["kind"]?.GetValue<string>()) ?? []);
    }

    private async Task TrainAsync(string spec)
    {
        using var content = new StringContent(spec, Encoding.UTF8, "application/json");
        using var answer = await Client.PostAsync(new Uri("/api/v1/training", UriKind.Relative), content);
        var started = JsonNode.Parse(await answer.Content.ReadAsStringAsync());
        // Following a training ends when the training does.
        await Client.GetStringAsync($"/api/v1/training/{started?["id"]}/events");
    }

    private async Task<JsonNode?> ReproduceAsync(string model)
    {
        var (_, started) = await StartAsync(model, key: null);
        var path = $"/api/v1/models/{model}/versions/1/reproductions/{started?["id"]}";
        JsonNode? found = null;
        await Eventually.TrueAsync(async () =>
        {
            found = JsonNode.Parse(await Client.GetStringAsync(path));
            return found?["state"]?.GetValue<string>() is "completed" or "failed";
        });
        return found?["result"];
    }

    private async Task<(HttpStatusCode Status, JsonNode? Body)> StartAsync(string model, string? key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/models/{model}/versions/1/reproductions");
        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        using var answer = await Client.SendAsync(request);
        return (answer.StatusCode, JsonNode.Parse(await answer.Content.ReadAsStringAsync()));
    }
}
