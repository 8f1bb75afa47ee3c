using System.Buffers;
using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Net.Http.Headers;
using Mlops.Serving;

namespace Mlops.Http.Telemetry;

/// <summary>What this process measures, for Prometheus to fetch: serving, HTTP, the process and the runtime.</summary>
/// <remarks>Counts from its making, which is why the host makes it when it starts.</remarks>
public sealed class MetricsPage : IHostedService, IDisposable
{
    /// <summary>Whether the page also has the names of other model servers; it has unless this is <c>false</c>.</summary>
    public const string AliasesSetting = "MLOPS_METRICS_ALIASES";

    /// <summary>ASP.NET Core's own meter of requests.</summary>
    internal const string HttpMeter = "Microsoft.AspNetCore.Hosting";

    internal const string HttpDuration = "http.server.request.duration";

    /// <summary>.NET's own meter of garbage collection, threads and processor time.</summary>
    internal const string RuntimeMeter = "System.Runtime";

    private readonly ProcessMetrics _process = new();
    private readonly MeterReadings _readings;
    private readonly bool _hasAliases;

    /// <param name="meters">Whose HTTP metrics to read, since a process may have several hosts.</param>
    /// <exception cref="InvalidOperationException">The setting is neither true nor false.</exception>
    public MetricsPage(ServingMetrics serving, IMeterFactory meters, ILogger<MetricsPage> logger, IConfiguration? configuration = null)
    {
        _hasAliases = configuration?.GetValue(AliasesSetting, true) ?? true;
        _readings = new MeterReadings(
            meter => meter == serving.Meter
                || meter == _process.Meter
                || (meter.Name == HttpMeter && ReferenceEquals(meter.Scope, meters))
                || meter.Name == RuntimeMeter,
            new Dictionary<string, IReadOnlyList<double>> { [HttpDuration] = ServingMetrics.LatencyBounds },
            logger);
    }

    /// <summary>The page as Prometheus' text format 0.0.4, or as OpenMetrics if the request accepts that.</summary>
    public IResult Answer(HttpRequest request) => new Page(this, AcceptsOpenMetrics(request));

    public void Write(IBufferWriter<byte> output, bool asOpenMetrics)
    {
        var families = _readings.Read();
        ExpositionText.Write(_hasAliases ? families.Concat(DashboardNames.Of(families)) : families, asOpenMetrics, output);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        _readings.Dispose();
        _process.Dispose();
    }

    private static bool AcceptsOpenMetrics(HttpRequest request) => request.GetTypedHeaders().Accept.Any(
        type => type.MediaType.Equals(ExpositionText.OpenMetrics, StringComparison.OrdinalIgnoreCase) && type.Quality != 0);

    private sealed class Page(MetricsPage page, bool asOpenMetrics) : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            var response = httpContext.Response;
            response.ContentType = asOpenMetrics ? ExpositionText.OpenMetricsType : ExpositionText.PrometheusType;
            response.Headers.CacheControl = CacheControlHeaderValue.NoStoreString;
            page.Write(response.BodyWriter, asOpenMetrics);
            await response.BodyWriter.FlushAsync(httpContext.RequestAborted);
        }
    }
}
