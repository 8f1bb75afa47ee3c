using System.Diagnostics.CodeAnalysis;
using Mlops.Registry;

namespace Mlops.Serving;

/// <summary>One endpoint in memory: what it should serve, what it serves, and how the two are brought together.</summary>
/// <remarks>Leasing takes no lock. Changes are made one at a time; a model is replaced before it is let go.</remarks>
[SuppressMessage("Reliability", "CA1001", Justification = "A semaphore whose wait handle nobody asks for holds nothing.")]
internal sealed class EndpointRoute(TenantId tenant, Endpoint endpoint, ModelStore models, ModelCache cache, TimeProvider time)
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim _changing = new(1);
    private volatile Endpoint _endpoint = endpoint;
    private volatile ServedModel? _current;
    private volatile Failure? _failure;
    private volatile Resolution? _resolution;
    private volatile bool _isWanted;
    private volatile bool _isRetired;

    public Endpoint Endpoint => _endpoint;

    /// <summary>Whether anyone has asked for it.</summary>
    public bool IsWanted => _isWanted;

    public string UnavailableReason => _failure?.Reason ?? $"'{_endpoint.Name}' is being removed.";

    /// <summary>What kept the model from loading, if it was an exception.</summary>
    public Exception? Fault => _failure?.Fault;

    public EndpointHealth Health
    {
        get
        {
            var (serving, failure) = (_current, _failure);
            var status = (serving, failure) switch
            {
                (not null, null) => EndpointStatus.Ready,
                (not null, not null) => EndpointStatus.Degraded,
                (null, null) => EndpointStatus.Idle,
                (null, not null) => EndpointStatus.Unavailable,
            };
            return new EndpointHealth(tenant, _endpoint.Name, _endpoint.Target.Model, serving?.Version.Number, status, failure?.Reason);
        }
    }

    public ModelLease? TryLease()
    {
        // A model that ends between the read and the lease has a successor, or the route has ended.
        while (_current is { } model)
        {
            if (model.TryLease() is { } lease)
            {
                return lease;
            }
        }

        return null;
    }

    public void Redefine(Endpoint endpoint) => _endpoint = endpoint;

    /// <summary>Whether what it serves may no longer be what it should, given the model's generation.</summary>
    public bool IsDue(string? generation) => _changing.CurrentCount > 0
        && (_resolution != new Resolution(_endpoint, generation) || _failure is { } failure && time.GetUtcNow() >= failure.RetryAt);

    /// <summary>Loads the model for the first time, unless that failed just now.</summary>
    public Task LoadAsync(CancellationToken cancellationToken)
    {
        _isWanted = true;
        return ChangeAsync(
            () => _current is null && (_failure is not { } failure || time.GetUtcNow() >= failure.RetryAt), cancellationToken);
    }

    /// <summary>Brings what it serves in line with what it should. Failing leaves what is there and is in <see cref="Health"/>.</summary>
    public Task ReconcileAsync(CancellationToken cancellationToken) => ChangeAsync(() => true, cancellationToken);

    /// <summary>Lets the model go, now and for ever.</summary>
    public async Task RetireAsync()
    {
        _isRetired = true;
        await _changing.WaitAsync(CancellationToken.None);
        try
        {
            Replace(null);
        }
        finally
        {
            _changing.Release();
        }
    }

    private async Task ChangeAsync(Func<bool> isNeeded, CancellationToken cancellationToken)
    {
        await _changing.WaitAsync(cancellationToken);
        var endpoint = _endpoint;
        string? generation = null;
        try
        {
            if (_isRetired || !isNeeded())
            {
                return;
            }

            // Read before what it covers, so that a change in between is found the next time.
            generation = await models.GenerationAsync(tenant, endpoint.Target.Model, cancellationToken);
            if (await ResolveAsync(endpoint.Target, cancellationToken) is not { } version)
            {
                Fail($"{endpoint.Target} names no version.", null, endpoint, generation);
                return;
            }

            if (_current?.Version is not { } serving || serving.Model != version.Model || serving.Number != version.Number)
            {
                Replace(await cache.PinAsync(tenant, version, cancellationToken));
            }

            (_failure, _resolution) = (null, new Resolution(endpoint, generation));
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            // Whatever kept the model from loading, the endpoint goes on with what it has and says so. Of an outage only the log has more.
            var why = failure is ModelLoadException or InvalidDataException ? failure.Message : "storage did not answer.";
            Fail($"{endpoint.Target} cannot be loaded: {why}", failure, endpoint, generation);
        }
        finally
        {
            _changing.Release();
        }
    }

    private Task<ModelVersion?> ResolveAsync(EndpointTarget target, CancellationToken cancellationToken) => target switch
    {
        { Version: { } number } => models.FindVersionAsync(tenant, target.Model, number, cancellationToken),
        { Alias: { } alias } => models.FindByAliasAsync(tenant, target.Model, alias, cancellationToken),
        _ => Task.FromResult<ModelVersion?>(null),
    };

    private void Replace(ServedModel? next)
    {
        var last = _current;
        _current = next;
        if (last is not null)
        {
            cache.Unpin(tenant, last);
        }
    }

    private void Fail(string reason, Exception? fault, Endpoint endpoint, string? generation)
    {
        var resolution = new Resolution(endpoint, generation);
        var attempts = _failure is { } earlier && _resolution == resolution ? earlier.Attempts + 1 : 1;
        var wait = TimeSpan.FromSeconds(Math.Min(Math.Pow(2, attempts - 1), LongestWait.TotalSeconds));
        (_failure, _resolution) = (new Failure(reason, fault, attempts, time.GetUtcNow() + wait), resolution);
    }

    /// <summary>What was looked at when the target was last resolved.</summary>
    private sealed record Resolution(Endpoint Endpoint, string? Generation);

    private sealed record Failure(string Reason, Exception? Fault, int Attempts, DateTimeOffset RetryAt);
}
