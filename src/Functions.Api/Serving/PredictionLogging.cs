using Microsoft.Extensions.Hosting;
using Mlops.Serving;

namespace Mlops.Api.Serving;

/// <summary>Writes the prediction log while the app runs, and what is left when it stops.</summary>
internal sealed class PredictionLogging(PredictionLog log, ServingMetrics metrics) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        metrics.ObserveLog(() => log.Health);
        return log.RunAsync(stoppingToken);
    }
}
