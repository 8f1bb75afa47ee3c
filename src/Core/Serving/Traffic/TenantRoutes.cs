using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

namespace Mlops.Serving;

/// <summary>A tenant's endpoints in memory, as of a generation.</summary>
[SuppressMessage("Reliability", "CA1001", Justification = "A semaphore whose wait handle nobody asks for holds nothing.")]
internal sealed class TenantRoutes(TenantId tenant, EndpointStore endpoints, Func<Endpoint, EndpointRoute> newRoute)
{
    private readonly SemaphoreSlim _listing = new(1);
    private volatile Listing? _listed;

    public TenantId Tenant { get; } = tenant;

    public IEnumerable<EndpointRoute> Routes => _listed?.Routes.Values ?? [];

    /// <summary>The names of the endpoints.</summary>
    public IReadOnlyList<EndpointName> Names => _listed?.Routes.Keys ?? [];

    public EndpointRoute? Find(EndpointName name) => _listed?.Routes.GetValueOrDefault(name);

    /// <summary>Reads the endpoints for the first time.</summary>
    public Task ListOnceAsync(CancellationToken cancellationToken) =>
        _listed is null ? ListAsync(() => _listed is null, cancellationToken) : Task.CompletedTask;

    /// <summary>Reads the endpoints if their generation is not the one known.</summary>
    public Task ListAsync(CancellationToken cancellationToken) => ListAsync(() => true, cancellationToken);

    private async Task ListAsync(Func<bool> isNeeded, CancellationToken cancellationToken)
    {
        await _listing.WaitAsync(cancellationToken);
        try
        {
            if (!isNeeded())
            {
                return;
            }

            // Read before what it covers, so that a change in between is found the next time.
            var generation = await endpoints.GenerationAsync(Tenant, cancellationToken);
            if (_listed?.Generation == generation && _listed is not null)
            {
                return;
            }

            var known = _listed?.Routes ?? FrozenDictionary<EndpointName, EndpointRoute>.Empty;
            var routes = new Dictionary<EndpointName, EndpointRoute>();
            foreach (var endpoint in await endpoints.AllAsync(Tenant, cancellationToken))
            {
                var route = known.GetValueOrDefault(endpoint.Name) ?? newRoute(endpoint);
                route.Redefine(endpoint);
                routes.Add(endpoint.Name, route);
            }

            _listed = new Listing(generation, routes.ToFrozenDictionary());
            foreach (var (_, gone) in known.Where(route => !routes.ContainsKey(route.Key)))
            {
                _ = gone.RetireAsync();
            }
        }
        finally
        {
            _listing.Release();
        }
    }

    private sealed record Listing(string? Generation, FrozenDictionary<EndpointName, EndpointRoute> Routes);
}
