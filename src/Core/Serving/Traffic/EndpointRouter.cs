using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Mlops.Registry;

namespace Mlops.Serving;

/// <summary>Finds what answers for an endpoint, in memory.</summary>
/// <remarks>
/// <para>Asking touches storage only the first time: for a tenant's endpoints, and for an endpoint's models. From then on
/// <see cref="RunAsync"/> looks each <see cref="Interval"/> whether the tenant's endpoints or a served model have another generation,
/// which costs one point read for each tenant and each model in use, and reloads what has changed. It begins with the endpoints of all
/// tenants, so that a process that says it is ready has every model warm.</para>
/// <para>A model is loaded beside the one that serves and takes its place in one step; the old one ends after its last request. If
/// loading fails the old one goes on serving, the reason is in <see cref="Health"/>, and it is tried again after 1, 2, 4 seconds and so
/// on up to a minute, or as soon as the endpoint or the model changes.</para>
/// </remarks>
public sealed partial class EndpointRouter : IAsyncDisposable, IDisposable
{
    /// <summary>How old what this process knows of endpoints and aliases can be.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<TenantId, TenantRoutes> _tenants = new();
    private readonly EndpointStore _endpoints;
    private readonly ModelStore _models;
    private readonly TimeProvider _time;
    private readonly ILogger<EndpointRouter> _logger;
    private readonly ModelCache _cache;
    private readonly PredictionSteps _steps;
    private readonly CancellationTokenSource _lifetime = new();

    public EndpointRouter(
        EndpointStore endpoints,
        ModelStore models,
        ModelFiles files,
        IModelLoader loader,
        PredictionSteps steps,
        ServingOptions options,
        ServingMetrics metrics,
        TimeProvider time,
        ILogger<EndpointRouter> logger)
    {
        (_endpoints, _models, _steps, _time, _logger) = (endpoints, models, steps, time, logger);
        _cache = new ModelCache(files, loader, options, metrics, time);
        metrics.ObserveModels(() => _cache.Loaded);
        metrics.ObserveQueue("admission", () => _cache.Waiting);
    }

    /// <summary>Whether every endpoint that there was at the start has been looked at.</summary>
    public bool HasStarted { get; private set; }

    /// <summary>Whether every endpoint in use has its model loaded.</summary>
    public bool IsReady => HasStarted && Health.All(endpoint => endpoint.Status is not EndpointStatus.Unavailable);

    /// <summary>How every known endpoint is doing.</summary>
    public IReadOnlyList<EndpointHealth> Health => [.. _tenants.Values.SelectMany(tenant => tenant.Routes).Select(route => route.Health)];

    /// <summary>The models in memory and about how many bytes each takes.</summary>
    public IReadOnlyList<(ModelVersion Version, long Bytes)> Models => _cache.Loaded;

    /// <summary>How one endpoint is doing; null if this process does not know it.</summary>
    public EndpointHealth? HealthOf(TenantId tenant, EndpointName name) => Find(tenant, name)?.Health;

    /// <summary>How the answers of an endpoint's shadow compare; null if there is no such endpoint.</summary>
    public ShadowTally? ShadowOf(TenantId tenant, EndpointName name) => Find(tenant, name)?.Shadowed;

    /// <summary>The names of a tenant's endpoints.</summary>
    public async ValueTask<IReadOnlyList<EndpointName>> NamesAsync(TenantId tenant, CancellationToken cancellationToken)
    {
        var routes = RoutesOf(tenant);
        await routes.ListOnceAsync(cancellationToken);
        return routes.Names;
    }

    /// <summary>A lease of the model of an endpoint's first arm that has one.</summary>
    public async ValueTask<RouteOutcome> AcquireAsync(TenantId tenant, EndpointName name, CancellationToken cancellationToken)
    {
        var route = Find(tenant, name);
        if (TryLease(route) is { } lease)
        {
            return new RouteOutcome.Ready(lease);
        }

        route = await LoadAsync(tenant, name, cancellationToken);
        return route is null ? new RouteOutcome.UnknownEndpoint()
            : TryLease(route) is { } loaded ? new RouteOutcome.Ready(loaded)
            : new RouteOutcome.Unavailable(route.UnavailableReason);
    }

    /// <summary>A lease of one version of the model of an endpoint's first arm, loaded if it must be.</summary>
    public async ValueTask<RouteOutcome> AcquireAsync(
        TenantId tenant, EndpointName name, int version, CancellationToken cancellationToken)
    {
        var route = Find(tenant, name) ?? await LoadAsync(tenant, name, cancellationToken);
        return route is null
            ? new RouteOutcome.UnknownEndpoint()
            : await AcquireVersionAsync(tenant, route.Endpoint.Policy.Arms[0].Target.Model, version, cancellationToken);
    }

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
        using var timer = new PeriodicTimer(Interval, _time);
        do
        {
            if (!HasStarted)
            {
                await StartAsync(cancellationToken);
            }

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
        while (await timer.WaitForNextTickAsync(cancellationToken));
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

    internal EndpointRoute? Find(TenantId tenant, EndpointName name) =>
        _tenants.TryGetValue(tenant, out var routes) ? routes.Find(name) : null;

    /// <summary>An endpoint with its models loaded, as far as they can be.</summary>
    /// <returns>Null if there is no such endpoint.</returns>
    internal async Task<EndpointRoute?> LoadAsync(TenantId tenant, EndpointName name, CancellationToken cancellationToken)
    {
        var routes = RoutesOf(tenant);
        await routes.ListOnceAsync(cancellationToken);
        if (routes.Find(name) is not { } route)
        {
            return null;
        }

        // The load belongs to all who wait for it, so one of them going away does not end it.
        await WatchedAsync(route, route.LoadAsync).WaitAsync(cancellationToken);
        return route;
    }

    /// <summary>A lease of one version of a model, loaded if it must be.</summary>
    internal async ValueTask<RouteOutcome> AcquireVersionAsync(
        TenantId tenant, ModelName model, int number, CancellationToken cancellationToken)
    {
        if (_cache.TryLease(tenant, model, number) is { } lease)
        {
            return new RouteOutcome.Ready(lease);
        }

        if (await _models.FindVersionAsync(tenant, model, number, cancellationToken) is not { } version)
        {
            return new RouteOutcome.UnknownVersion();
        }

        try
        {
            var served = await _cache.PinAsync(tenant, version, _lifetime.Token).WaitAsync(cancellationToken);
            var leased = served.TryLease();
            _cache.Unpin(tenant, served);
            return leased is null ? new RouteOutcome.Unavailable($"Version {number} is being removed.") : new RouteOutcome.Ready(leased);
        }
        catch (Exception unfit) when (unfit is ModelLoadException or InvalidDataException)
        {
            return new RouteOutcome.Unavailable($"Version {number} cannot be loaded: {unfit.Message}");
        }
    }

    private static ModelLease? TryLease(EndpointRoute? route) =>
        route?.Routing?.Routes.Select(target => target.TryLease()).FirstOrDefault(lease => lease is not null);

    private async Task RetireAllAsync()
    {
        await Task.WhenAll(_tenants.Values.SelectMany(tenant => tenant.Routes).Select(route => route.RetireAsync()));
        _cache.Close();
    }

    private TenantRoutes RoutesOf(TenantId tenant) => _tenants.GetOrAdd(
        tenant,
        id => new TenantRoutes(
            id,
            _endpoints,
            endpoint => new EndpointRoute(id, endpoint, target => new TargetRoute(id, target, _models, _cache, _time), _steps.Of)));

    /// <summary>Loads what all tenants serve; storage being away leaves it to the next tick.</summary>
    private async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            foreach (var tenant in await _endpoints.TenantsAsync(cancellationToken))
            {
                await RefreshAsync(tenant, cancellationToken);
            }

            HasStarted = true;
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            LogNotStarted(failure);
        }
    }

    /// <summary>Begins to reload what may have changed; what it returns never fails.</summary>
    private async Task<IReadOnlyList<Task>> StartDueAsync(TenantRoutes routes, CancellationToken cancellationToken)
    {
        var generations = new Dictionary<ModelName, string?>();
        foreach (var model in routes.Routes.SelectMany(route => route.Models).Distinct())
        {
            generations.Add(model, await _models.GenerationAsync(routes.Tenant, model, cancellationToken));
        }

        return [.. routes.Routes.Where(route => route.IsDue(generations)).Select(route => WatchedAsync(route, route.ReconcileAsync))];
    }

    private async Task WatchedAsync(EndpointRoute route, Func<CancellationToken, Task> change)
    {
        var before = route.Health;
        await change(_lifetime.Token);
        var after = route.Health;
        foreach (var arm in after.Arms)
        {
            if (arm.Version is { } version && !before.Arms.Any(earlier => earlier.Arm == arm.Arm && earlier.Version == version))
            {
                LogServing(after.Tenant, after.Name, arm.Arm, arm.Model, version);
            }
        }

        if (after.Reason is { } reason && reason != before.Reason)
        {
            LogNotLoaded(route.Fault, after.Tenant, after.Name, reason);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Endpoint {Tenant}/{Endpoint}, arm {Arm}, serves {Model} version {Version}")]
    private partial void LogServing(TenantId tenant, EndpointName endpoint, string arm, ModelName model, int version);

    [LoggerMessage(Level = LogLevel.Error, Message = "Endpoint {Tenant}/{Endpoint} keeps what it has: {Reason}")]
    private partial void LogNotLoaded(Exception? fault, TenantId tenant, EndpointName endpoint, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The endpoints of {Tenant} could not be refreshed")]
    private partial void LogNotRefreshed(Exception failure, TenantId tenant);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The endpoints could not be read yet")]
    private partial void LogNotStarted(Exception failure);
}
