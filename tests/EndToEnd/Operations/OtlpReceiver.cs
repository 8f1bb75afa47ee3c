using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Mlops.EndToEnd.Operations;

/// <summary>A span as it arrived.</summary>
internal sealed record ReceivedSpan(
    string Trace, string Id, string Parent, string Name, int Kind, IReadOnlyDictionary<string, string> Attributes);

/// <summary>Receives OTLP over HTTP as a collector does. Field numbers are those of opentelemetry-proto 1.x.</summary>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    private const string ProtobufType = "application/x-protobuf";

    private readonly WebApplication _app;

    private OtlpReceiver()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.MapPost("/v1/traces", http => ReceiveAsync(http, TakeSpans));
        _app.MapPost("/v1/metrics", http => ReceiveAsync(http, TakeMetrics));
    }

    public string Address => _app.Urls.Single();

    public ConcurrentQueue<ReceivedSpan> Spans { get; } = new();

    /// <summary>The names of metrics, with that of their meter: <c>Mlops.Serving/mlops.prediction.duration</c>.</summary>
    public ConcurrentQueue<string> Metrics { get; } = new();

    /// <summary>What the resource said of itself.</summary>
    public ConcurrentQueue<IReadOnlyDictionary<string, string>> Resources { get; } = new();

    public static async Task<OtlpReceiver> StartAsync()
    {
        var receiver = new OtlpReceiver();
        await receiver._app.StartAsync();
        return receiver;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private static async Task ReceiveAsync(HttpContext http, Action<ProtobufMessage> take)
    {
        Assert.Equal(ProtobufType, http.Request.ContentType);
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, http.RequestAborted);
        take(new ProtobufMessage(body.ToArray()));
        http.Response.ContentType = ProtobufType;
    }

    private void TakeSpans(ProtobufMessage request)
    {
        foreach (var perResource in request.Messages(1))
        {
            TakeResource(perResource);
            foreach (var span in perResource.Messages(2).SelectMany(perScope => perScope.Messages(2)))
            {
                Spans.Enqueue(new ReceivedSpan(
                    span.Hex(1), span.Hex(2), span.Hex(4), span.Text(5), (int)span.Number(6), span.Attributes(9)));
            }
        }
    }

    private void TakeMetrics(ProtobufMessage request)
    {
        foreach (var perScope in request.Messages(1).SelectMany(perResource => perResource.Messages(2)))
        {
            var meter = perScope.Messages(1).Select(scope => scope.Text(1)).FirstOrDefault("");
            foreach (var metric in perScope.Messages(2))
            {
                Metrics.Enqueue($"{meter}/{metric.Text(1)}");
            }
        }
    }

    private void TakeResource(ProtobufMessage perResource)
    {
        foreach (var resource in perResource.Messages(1))
        {
            Resources.Enqueue(resource.Attributes(1));
        }
    }
}
