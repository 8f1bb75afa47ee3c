using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;

namespace Mlops.EndToEnd.Operations;

/// <summary>What a collector gets of a host that runs as a process of its own.</summary>
public sealed class OtlpTests
{
    private const string CallersTrace = "0af7651916cd43dd8448eb211c80319c";
    private const string CallersSpan = "b7ad6b7169203331";
    private const int Server = 2;

    [Fact]
    public async Task A_collector_gets_one_trace_from_the_request_to_the_model_and_the_metrics()
    {
        await using var collector = await OtlpReceiver.StartAsync();
        using var folder = new TempFolder();
        await using var host = await HostProcess.StartAsync(folder.Path, new Dictionary<string, string>
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Address,
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            ["OTEL_BSP_SCHEDULE_DELAY"] = "100",
            ["OTEL_METRIC_EXPORT_INTERVAL"] = "200",
        });
        await ServeAsync(host);

        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/endpoints/live/predict");
        request.Headers.Add("traceparent", $"00-{CallersTrace}-{CallersSpan}-01");
        request.Content = new StringContent("""{"record": {"size": 4.5}}""", Encoding.UTF8, "application/json");
        using var answer = await host.Client.SendAsync(request);
        answer.EnsureSuccessStatusCode();

        await Eventually.TrueAsync(() => collector.Spans.Count(span => span.Trace == CallersTrace) >= 3);
        var spans = collector.Spans.Where(span => span.Trace == CallersTrace).ToList();
        var http = Assert.Single(spans, span => span.Kind == Server);
        var predict = Assert.Single(spans, span => span.Name is "predict");
        var score = Assert.Single(spans, span => span.Name is "score");
        Assert.Equal((CallersSpan, http.Id, predict.Id), (http.Parent, predict.Parent, score.Parent));
        Assert.Equal("200", http.Attributes["http.response.status_code"]);
        Assert.Equal("/api/v1/endpoints/{name}/predict", http.Attributes["http.route"]);
        Assert.Equal(("default", "live"), (predict.Attributes["mlops.tenant"], predict.Attributes["mlops.endpoint"]));
        Assert.Equal(
            ("sizes", "1", "1"),
            (score.Attributes["mlops.model"], score.Attributes["mlops.version"], score.Attributes["mlops.rows"]));

        Assert.True(collector.Resources.TryPeek(out var resource));
        Assert.Equal("mlops", resource["service.name"]);
        Assert.NotEmpty(resource["service.version"]);
        Assert.NotEmpty(resource["service.instance.id"]);

        await Eventually.TrueAsync(() => collector.Metrics.Contains("Mlops.Serving/mlops.prediction.duration")
            && collector.Metrics.Contains("Mlops.Serving/mlops.prediction.requests")
            && collector.Metrics.Contains("Microsoft.AspNetCore.Hosting/http.server.request.duration")
            && collector.Metrics.Contains("System.Runtime/dotnet.gc.collections"));
    }

    private static async Task ServeAsync(HostProcess host)
    {
        var csv = "size,kind\n" + string.Join('\n', Enumerable.Range(0, 80).Select(i => $"{i % 10}.5,{(i % 10 > 4 ? "large" : "small")}"));
        using var content = new StringContent(csv, Encoding.UTF8, "text/csv");
        using var uploaded = await host.Client.PostAsync("/api/v1/datasets/sizes/versions", content);
        uploaded.EnsureSuccessStatusCode();
        using var started = await host.Client.PostAsJsonAsync(
            "/api/v1/training", new { model = "sizes", dataset = "sizes", target = "kind", learner = new { name = "logistic-regression" } });
        started.EnsureSuccessStatusCode();
        var id = (await started.Content.ReadFromJsonAsync<JsonNode>())?["id"]?.GetValue<string>();
        await host.Client.GetStringAsync($"/api/v1/training/{id}/events");
        using var created = await host.Client.PostAsJsonAsync(
            "/api/v1/endpoints", new { name = "live", model = "sizes", alias = "champion" });
        created.EnsureSuccessStatusCode();
    }
}
