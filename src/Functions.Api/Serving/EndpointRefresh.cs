using Microsoft.Extensions.Hosting;
using Mlops.Serving;

namespace Mlops.Api.Serving;

/// <summary>Keeps the router's view of endpoints and models up to date while the app runs, and feeds the shadows.</summary>
internal sealed class EndpointRefresh(EndpointRouter router, ShadowMirror mirror) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(router.RunAsync(stoppingToken), mirror.RunAsync(stoppingToken));
}
