using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Mlops.Registry;

namespace Mlops.Serving;

/// <summary>Finds the model that answers for an endpoint, in memory.</summary>
/// <remarks>
/// <para>Asking touches storage only the first time: for a tenant's endpoints, and for an endpoint's model. From then on
/// <see cref="RunAsync"/> looks each <see cref="Interval"/> whether the tenant's endpoints or a served model have another generation,
/// which costs one point read for each tenant and each model in use, and reloads what has changed.</para>
/// <para>A model is loaded beside the one that serves and takes its place in one step; the old one is disposed when the last request
/// that uses it has ended. If loading fails the old one goes on serving, the reason is in <see cref="Health"/>, and it is tried
/// again after 1, 2, 4 seconds and so on up to a minute, or as soon as the endpoint or the model changes.</para>
/// </remarks>
public sealed partial class EndpointRouter(
    EndpointStore endpoints, ModelStore models, ModelFiles files, IModelLoader loader, TimeProvider time, ILogger<EndpointRouter> logger)
    : IAsyncDisposable, IDisposable
{
    /// <summary>How old what this process knows of endpoints and aliases can be.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<TenantId, TenantRoutes> _tenants = new();
    private readonly ModelCache _cache = new(files, loader);
    private readonly CancellationTokenSource _lifetime = new();

    /// <summary>How every known endpoint is doing.</summary>
    public IReadOnlyList<EndpointHealth> Health => [.. _tenants.Values.SelectMany(tenant => tenant.Routes).Select(route => route.Health)];

    /// <summary>How one endpoint is doing; null if this process does not know it.</summary>
    public EndpointHealth? HealthOf(TenantId tenant, EndpointName name) =>
        _tenants.TryGetValue(tenant, out var routes) ? routes.Find(name)?.Health : null;

    /// <summary>A lease of the model that answers for an endpoint now.</summary>
    public ValueTask<RouteOutcome> AcquireAsync(TenantId tenant, EndpointName name, CancellationToken cancellationToken) =>
        _tenants.TryGetValue(tenant, out var routes) && routes.Find(name)?.TryLease() is { } lease
            ? ValueTask.FromResult<RouteOutcome>(new RouteOutcome.Ready(lease))
            : new ValueTask<RouteOutcome>(LoadAndAcquireAsync(tenant, name, cancellationToken));

    /// <summary>Takes in at once what has changed for a tenant, rather than within the interval, and waits for what it loads.</summary>
    public async Task RefreshAsync(TenantId tenant, CancellationToken cancellationToken)
    {
        var routes = RoutesOf(tenant);
        await routes.ListAsync(cancellationToken);
        await Task.WhenAll(await StartDueAsync(routes, cancellationToken)).WaitAsync(cancellationToken);
    }

    /// <summary>Keeps what is in memory up to date until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            foreach (var (tenant, routes) in _tenants)
            {
                try
                {
                    await routes.ListAsync(cancellationToken);
                    await StartDueAsync(routes, cancellationToken);
                }
                catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
                {
                    // Storage is away: what is in memory serves on, and the next tick asks again.
                    LogNotRefreshed(failure, tenant);
                }
            }
        }
    }

    /// <summary>Lets every model go, those that are still being loaded included.</summary>
    public async ValueTask DisposeAsync()
    {
        await _lifetime.CancelAsync();
        await RetireAllAsync();
        _lifetime.Dispose();
    }

    /// <summary>As <see cref="DisposeAsync"/>, without waiting for models that are being loaded.</summary>
    public void Dispose()
    {
        if (!_lifetime.IsCancellationRequested)
        {
            _lifetime.Cancel();
            _ = RetireAllAsync();
            _lifetime.Dispose();
        }
    }

    private async Task<RouteOutcome> LoadAndAcquireAsync(TenantId tenant, EndpointName name, CancellationToken cancellationToken)
    {
        var routes = RoutesOf(tenant);
        await routes.ListOnceAsync(cancellationToken);
        if (routes.Find(name) is not { } route)
        {
            return new RouteOutcome.UnknownEndpoint();
        }

        // The load belongs to all who wait for it, so one of them going away does not end it.
        await WatchedAsync(route, route.LoadAsync).WaitAsync(cancellationToken);
        return route.TryLease() is { } lease
            ? new RouteOutcome.Ready(lease)
            : new RouteOutcome.Unavailable(route.UnavailableReason);
    }

    private Task RetireAllAsync() =>
        Task.WhenAll(_tenants.Values.SelectMany(tenant => tenant.Routes).Select(route => route.RetireAsync()));

    private TenantRoutes RoutesOf(TenantId tenant) => _tenants.GetOrAdd(
        tenant, id => new TenantRoutes(id, endpoints, endpoint => new EndpointRoute(id, endpoint, models, _cache, time)));

    /// <summary>Begins to reload what may have changed; what it returns never fails.</summary>
    private async Task<IReadOnlyList<Task>> StartDueAsync(TenantRoutes routes, CancellationToken cancellationToken)
    {
        var started = new List<Task>();
        foreach (var sameModel in routes.Routes.Where(route => route.IsWanted).GroupBy(route => route.Endpoint.Target.Model))
        {
            var generation = await models.GenerationAsync(routes.Tenant, sameModel.Key, cancellationToken);
            started.AddRange(sameModel.Where(route => route.IsDue(generation)).Select(route => WatchedAsync(route, route.ReconcileAsync)));
        }

        return started;
    }

    private async Task WatchedAsync(EndpointRoute route, Func<CancellationToken, Task> change)
    {
        var before = route.Health;
        await change(_lifetime.Token);
        var after = route.Health;
        if (after.Version is { } version && version != before.Version)
        {
            LogServing(after.Tenant, after.Name, after.Model, version);
        }
        else if (after.Reason is { } reason && reason != before.Reason)
        {
            LogNotLoaded(route.Fault, after.Tenant, after.Name, reason);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Endpoint {Tenant}/{Endpoint} serves {Model} version {Version}")]
    private partial void LogServing(TenantId tenant, EndpointName endpoint, ModelName model, int version);

    [LoggerMessage(Level = LogLevel.Error, Message = "Endpoint {Tenant}/{Endpoint} keeps what it has: {Reason}")]
    private partial void LogNotLoaded(Exception? fault, TenantId tenant, EndpointName endpoint, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The endpoints of {Tenant} could not be refreshed")]
    private partial void LogNotRefreshed(Exception failure, TenantId tenant);
}
