using Microsoft.Extensions.Hosting;
using Mlops.Serving;

namespace Mlops.Api.Serving;

/// <summary>Keeps the router's view of endpoints and models up to date while the app runs.</summary>
internal sealed class EndpointRefresh(EndpointRouter router) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => router.RunAsync(stoppingToken);
}
