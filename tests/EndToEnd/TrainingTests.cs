using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text;
using System.Text.Json.Nodes;

namespace Mlops.EndToEnd;

/// <summary>Trainings as a client sees them.</summary>
public sealed class TrainingTests : IAsyncLifetime
{
    private Platform _platform = null!;

    public async Task InitializeAsync()
    {
        _platform = await Platform.StartAsync();
        using var content = new StringContent(Customers(), Encoding.UTF8, "text/csv");
        using var answer = await _platform.Client.PostAsync("/api/v1/datasets/customers/versions", content);
        answer.EnsureSuccessStatusCode();
    }

    public async Task DisposeAsync() => await _platform.DisposeAsync();

    [Fact]
    public async Task Following_a_training_tells_of_its_steps_and_ends_with_its_result()
    {
        var states = await FollowAsync(await StartAsync(Spec()));

        Assert.All(states.SkipLast(1), state => Assert.Contains(state["state"]!.GetValue<string>(), new[] { "pending", "running" }));
        Assert.Equal(("completed", "promoted"), (Text(states[^1]["state"]), Text(states[^1]["result"]!["outcome"])));
        Assert.Equal(11, states[^1]["status"]!["steps"]!.AsArray().Count);
        Assert.Contains("'same' is the same in every row and teaches nothing.", states[^1]["status"]!["warnings"]!.AsArray().Select(Text));
    }

    [Fact]
    public async Task An_idempotency_key_starts_one_training_however_often_it_is_sent()
    {
        var starts = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => StartAsync(Spec(), "order 7")));

        var id = Assert.Single(starts.Distinct());
        await FollowAsync(id);
        var versions = await _platform.Client.GetFromJsonAsync<JsonNode>("/api/v1/models/churn/versions");
        Assert.Single(versions!["items"]!.AsArray());
    }

    [Fact]
    public async Task A_cancelled_training_stops_and_its_run_is_killed()
    {
        var slow = new { name = "gradient-boosting", hyperparameters = new { rounds = 10_000, learningRate = 0.001 } };
        var id = await StartAsync(Spec(slow));
        await Eventually.TrueAsync(async () => (await GetAsync(id))["progress"] is not null);

        using var answer = await _platform.Client.PostAsync($"/api/v1/training/{id}/cancel", null);

        var view = (await answer.Content.ReadFromJsonAsync<JsonNode>())!;
        Assert.Equal("cancelled", Text(view["state"]));
        var run = await _platform.Client.GetFromJsonAsync<JsonNode>($"/api/v1/runs/{view["status"]!["runId"]}");
        Assert.Equal("killed", Text(run!["status"]), ignoreCase: true);
    }

    [Fact]
    public async Task What_the_data_cannot_give_is_refused_with_the_reason_and_fails_the_run()
    {
        var states = await FollowAsync(await StartAsync(new { model = "churn", dataset = "customers", target = "gone", learner = new { name = "gradient-boosting" } }));

        Assert.Equal("refused", Text(states[^1]["result"]!["outcome"]));
        Assert.StartsWith("target: the data set has no column 'gone'", Text(states[^1]["result"]!["reason"]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", "")]
    [InlineData("GET", "/events")]
    [InlineData("POST", "/cancel")]
    public async Task An_unknown_training_is_not_found(string method, string route)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), $"/api/v1/training/{new string('0', 32)}{route}");
        using var answer = await _platform.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    private static string Text(JsonNode? node) => node!.GetValue<string>();

    private static object Spec(object? learner = null) =>
        new { model = "churn", dataset = "customers", target = "left", learner = learner ?? new { name = "logistic-regression" } };

    private async Task<string> StartAsync(object spec, string? key = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/training") { Content = JsonContent.Create(spec) };
        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        using var answer = await _platform.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        return Text((await answer.Content.ReadFromJsonAsync<JsonNode>())!["id"]);
    }

    private async Task<JsonNode> GetAsync(string id) => (await _platform.Client.GetFromJsonAsync<JsonNode>($"/api/v1/training/{id}"))!;

    private async Task<List<JsonNode>> FollowAsync(string id)
    {
        await using var stream = await _platform.Client.GetStreamAsync($"/api/v1/training/{id}/events");
        var states = new List<JsonNode>();
        await foreach (var item in SseParser.Create(stream).EnumerateAsync())
        {
            states.Add(JsonNode.Parse(item.Data)!);
        }

        return states;
    }

    /// <summary>300 customers who leave the more surely the older they are.</summary>
    private static string Customers()
    {
        var random = new DeterministicRandom(3);
        var csv = new StringBuilder("age,plan,same,left\n");
        for (var i = 0; i < 300; i++)
        {
            var age = 18 + random.NextInt(60);
            csv.Append(CultureInfo.InvariantCulture, $"{age},{(random.NextInt(2) is 0 ? "basic" : "full")},1,{(age + random.NextInt(30) > 60 ? "yes" : "no")}\n");
        }

        return csv.ToString();
    }
}
