using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Mlops.Serving;
using Mlops.Training;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Mlops.Http.Telemetry;

/// <summary>Traces and metrics by OTLP, set up by OpenTelemetry's standard variables.</summary>
public static class OtlpExport
{
    /// <summary>Where to send to; without it nothing is listened to and nothing is loaded.</summary>
    public const string EndpointSetting = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>In whose spans functions run under the Functions host.</summary>
    private const string WorkerSource = "Microsoft.Azure.Functions.Worker";

    /// <param name="serviceName">The resource's <c>service.name</c>, unless <c>OTEL_SERVICE_NAME</c> says otherwise.</param>
    public static IServiceCollection AddOtlpExport(this IServiceCollection services, IConfiguration configuration, string serviceName)
    {
        if (!string.IsNullOrEmpty(configuration[EndpointSetting]))
        {
            Add(services, serviceName);
        }

        return services;
    }

    private static void Add(IServiceCollection services, string serviceName)
    {
        services.AddOpenTelemetry()
            .ConfigureResource(resource => resource
                .AddService(serviceName, serviceNamespace: "mlops", serviceVersion: TrainingRecord.CurrentCodeVersion)
                .AddEnvironmentVariableDetector())
            .WithTracing(traces => traces
                .AddAspNetCoreInstrumentation()
                .AddSource(WorkerSource, ServingTrace.SourceName)
                .AddOtlpExporter())
            .WithMetrics(metrics => metrics
                .AddMeter(ServingMetrics.MeterName, MetricsPage.HttpMeter, MetricsPage.RuntimeMeter)
                .AddView(
                    MetricsPage.HttpDuration,
                    new ExplicitBucketHistogramConfiguration { Boundaries = [.. ServingMetrics.LatencyBounds] })
                .AddOtlpExporter());
    }
}
