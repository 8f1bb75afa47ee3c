using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Mlops.EndToEnd;

/// <summary>An A/B test over HTTP alone, from two versions to the one that won.</summary>
public sealed class AbTestTests : IAsyncLifetime
{
    private const string Model = "churn";
    private const int Users = 400;
    private const int Features = 30;

    private static readonly string File =
        Path.Combine(AppContext.BaseDirectory, "foreign", "sigmoid_column.onnx");

    private Platform? _platform;

    private Platform Host => _platform ?? throw new InvalidOperationException("The platform has not started.");

    public async Task InitializeAsync() => _platform = await Platform.StartAsync();

    public async Task DisposeAsync() => await Host.DisposeAsync();

    [Fact]
    public async Task A_test_finds_the_better_version_promotes_it_and_hands_the_endpoint_back()
    {
        await RegisterAsync("first");
        await RegisterAsync("second");
        await SendAsync(HttpMethod.Put, $"/api/v1/models/{Model}/aliases/champion", """{"version":1}""");
        await SendAsync(HttpMethod.Post, "/api/v1/endpoints", """
            {"name":"live","log":"audit","policy":{"kind":"fixed","unit":{"header":"x-user"},
             "arms":[{"name":"main","model":"churn","alias":"champion"}]}}
            """);
        await SendAsync(HttpMethod.Post, "/api/v1/ab-tests", """
            {"name":"second-try","endpoint":"live","hypothesis":"The second version keeps more customers.",
             "control":{"name":"current","model":"churn","alias":"champion"},
             "treatments":[{"name":"new","model":"churn","version":2}],
             "metric":{"kind":"conversion"},"minimumUnits":100,"decide":"shipOrStop",
             "guardrails":[{"metric":{"kind":"reward"},"margin":0.5}]}
            """);
        var started = await SendAsync(HttpMethod.Post, "/api/v1/ab-tests/second-try/start");
        Assert.Equal("running", started["state"]?.GetValue<string>());

        var arms = new Dictionary<string, int> { ["current"] = 0, ["new"] = 0 };
        var items = new JsonArray();
        for (var user = 0; user < Users; user++)
        {
            var (arm, id) = await PredictAsync($"user-{user}");
            Assert.Equal(arm, (await PredictAsync($"user-{user}")).Arm);
            items.Add(new JsonObject { ["predictionId"] = id, ["reward"] = (arms[arm]++ % 10) < (arm is "new" ? 6 : 3) ? 1 : 0 });
        }

        await SendAsync(HttpMethod.Post, "/api/v1/endpoints/live/feedback", new JsonObject { ["items"] = items }.ToJsonString());
        var report = await SendAsync(HttpMethod.Post, "/api/v1/ab-tests/second-try/report");

        Assert.Equal(("ship", "new"), (report["advice"]?.GetValue<string>(), report["arm"]?.GetValue<string>()));
        Assert.Equal(Users, report["units"]?.GetValue<long>());
        Assert.Equal(2 * Users, report["arms"]?.AsArray().Sum(arm => arm?["exposures"]?.GetValue<long>()));
        var test = await GetAsync("/api/v1/ab-tests/second-try");
        Assert.Equal(("ended", "new"), (test["state"]?.GetValue<string>(), test["conclusion"]?["shipped"]?.GetValue<string>()));
        Assert.Equal(2, (await GetAsync($"/api/v1/models/{Model}/aliases/champion"))["version"]?.GetValue<int>());
        Assert.Equal("fixed", (await GetAsync("/api/v1/endpoints/live"))["policy"]?["kind"]?.GetValue<string>());
        Assert.Equal(("main", "2"), await AnsweredByAsync());

        var value = await SendAsync(HttpMethod.Post, "/api/v1/endpoints/live/policy-value", """{"arm":"new"}""");
        Assert.Equal(0.6, value["selfNormalized"]?["value"]?.GetValue<double>() ?? 0, 0.02);
        Assert.Equal(arms["new"], value["effectiveRequests"]?.GetValue<double>() ?? 0, 1e-6);
        Assert.Empty(Host.Errors);
    }

    private async Task RegisterAsync(string description)
    {
        using var form = new MultipartFormDataContent
        {
            { new StringContent($$"""{"numbered": true, "classes": ["no", "yes"], "description": "{{description}}"}"""), "spec" },
            { new ByteArrayContent(await System.IO.File.ReadAllBytesAsync(File)), "model", "model.onnx" },
        };
        using var registered = await Host.Client.PostAsync($"/api/v1/models/{Model}/versions", form);
        Assert.True(registered.IsSuccessStatusCode, await registered.Content.ReadAsStringAsync());
    }

    private async Task<(string Arm, string Id)> PredictAsync(string user)
    {
        using var answer = await AskAsync(user);
        return (answer.Headers.GetValues("x-mlops-arm").Single(), answer.Headers.GetValues("x-prediction-id").Single());
    }

    private async Task<(string Arm, string Version)> AnsweredByAsync()
    {
        using var answer = await AskAsync("user-0");
        return (answer.Headers.GetValues("x-mlops-arm").Single(), answer.Headers.GetValues("x-model-version").Single());
    }

    private async Task<HttpResponseMessage> AskAsync(string user)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/endpoints/live/predict")
        {
            Content = JsonContent.Create(new { record = Enumerable.Range(0, Features).ToDictionary(i => $"f{i}", i => 0.5 * i) }),
        };
        request.Headers.Add("x-user", user);
        var answer = await Host.Client.SendAsync(request);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        return answer;
    }

    private async Task<JsonNode> GetAsync(string path)
    {
        using var answer = await Host.Client.GetAsync(path);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
    }

    private async Task<JsonNode> SendAsync(HttpMethod method, string path, string? body = null)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Content = body is null ? null : new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var answer = await Host.Client.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, text);
        return JsonNode.Parse(text)!;
    }
}
