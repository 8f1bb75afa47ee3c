using System.Diagnostics.CodeAnalysis;
using Mlops.Registry;

namespace Mlops.Serving;

/// <summary>One target in memory: the version that it names, loaded, and how the two are kept together.</summary>
/// <remarks>Leasing takes no lock. Changes are made one at a time; a model is replaced before it is let go.</remarks>
[SuppressMessage("Reliability", "CA1001", Justification = "A semaphore whose wait handle nobody asks for holds nothing.")]
internal sealed class TargetRoute(TenantId tenant, EndpointTarget target, ModelStore models, ModelCache cache, TimeProvider time)
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim _changing = new(1);
    private volatile ServedModel? _current;
    private volatile Failure? _failure;
    private volatile Resolution? _resolution;
    private volatile bool _isRetired;

    public EndpointTarget Target => target;

    public ServedModel? Current => _current;

    /// <summary>What keeps it from serving what it should; null if nothing does.</summary>
    public string? Reason => _failure?.Reason;

    /// <summary>What kept the model from loading, if it was an exception.</summary>
    public Exception? Fault => _failure?.Fault;

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

    /// <summary>Whether what it serves may no longer be what it should, given the model's generation.</summary>
    public bool IsDue(string? generation) => _changing.CurrentCount > 0 && (_resolution?.Generation != generation || MayTryAgain);

    /// <summary>Loads the model for the first time, unless that failed just now.</summary>
    public Task LoadAsync(CancellationToken cancellationToken) =>
        ChangeAsync(() => _current is null && (_failure is null || MayTryAgain), cancellationToken);

    /// <summary>Brings what it serves in line with what it should. Failing leaves what is there and says why.</summary>
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

    private bool MayTryAgain => _failure is { } failure && time.GetUtcNow() >= failure.RetryAt;

    private async Task ChangeAsync(Func<bool> isNeeded, CancellationToken cancellationToken)
    {
        await _changing.WaitAsync(cancellationToken);
        string? generation = null;
        try
        {
            if (_isRetired || !isNeeded())
            {
                return;
            }

            // Read before what it covers, so that a change in between is found the next time.
            generation = await models.GenerationAsync(tenant, target.Model, cancellationToken);
            if (await ResolveAsync(cancellationToken) is not { } version)
            {
                Fail($"{target} names no version.", null, generation);
                return;
            }

            if (_current?.Version.Number != version.Number)
            {
                Replace(await cache.PinAsync(tenant, version, cancellationToken));
            }

            (_failure, _resolution) = (null, new Resolution(generation));
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            // Whatever kept the model from loading, the endpoint goes on with what it has and says so. Of an outage only the log has more.
            var why = failure is ModelLoadException or InvalidDataException ? failure.Message : "storage did not answer.";
            Fail($"{target} cannot be loaded: {why}", failure, generation);
        }
        finally
        {
            _changing.Release();
        }
    }

    private Task<ModelVersion?> ResolveAsync(CancellationToken cancellationToken) => target switch
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

    private void Fail(string reason, Exception? fault, string? generation)
    {
        var attempts = _failure is { } earlier && _resolution?.Generation == generation ? earlier.Attempts + 1 : 1;
        var wait = TimeSpan.FromSeconds(Math.Min(Math.Pow(2, attempts - 1), LongestWait.TotalSeconds));
        (_failure, _resolution) = (new Failure(reason, fault, attempts, time.GetUtcNow() + wait), new Resolution(generation));
    }

    /// <summary>What was looked at when the target was last resolved.</summary>
    private sealed record Resolution(string? Generation);

    private sealed record Failure(string Reason, Exception? Fault, int Attempts, DateTimeOffset RetryAt);
}
