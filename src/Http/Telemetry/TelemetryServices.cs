using Microsoft.Extensions.DependencyInjection;

namespace Mlops.Http.Telemetry;

public static class TelemetryServices
{
    /// <summary>Measures from the host's start on; needs serving.</summary>
    public static IServiceCollection AddMetricsPage(this IServiceCollection services) => services
        .AddMetrics()
        .AddSingleton<MetricsPage>()
        .AddHostedService(provider => provider.GetRequiredService<MetricsPage>());
}
