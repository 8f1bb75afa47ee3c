using System.Diagnostics.CodeAnalysis;
using Mlops.Registry;

namespace Mlops.Serving;

/// <summary>One endpoint in memory: what it should route to, what it routes to, and how the two are brought together.</summary>
/// <remarks>
/// A new definition takes over in one step once every target that it adds is loaded; the old one serves until then. Where a target
/// cannot be loaded the old definition goes on serving and the reason is told; an endpoint that has served nothing yet begins with the
/// arms that are there.
/// </remarks>
[SuppressMessage("Reliability", "CA1001", Justification = "A semaphore whose wait handle nobody asks for holds nothing.")]
internal sealed class EndpointRoute(
    TenantId tenant, Endpoint endpoint, Func<EndpointTarget, TargetRoute> newTarget, Func<Arm, IReadOnlyList<IPredictionStep>> stepsOf)
{
    private readonly SemaphoreSlim _changing = new(1);
    private volatile Endpoint _wanted = endpoint;
    private volatile Routing? _routing;

    /// <summary>Of a definition that waits for its targets.</summary>
    private volatile IReadOnlyList<TargetRoute> _pending = [];
    private volatile bool _isRetired;

    public Endpoint Endpoint => _wanted;

    public ShadowTally Shadowed { get; } = new();

    /// <summary>What it routes to now; null before its first load.</summary>
    public Routing? Routing => _routing;

    /// <summary>The models it has to do with, as it is and as it should be.</summary>
    public IEnumerable<ModelName> Models => _wanted.Policy.Targets.Concat(_routing?.Endpoint.Policy.Targets ?? []).Select(target => target.Model).Distinct();

    public Exception? Fault => Known.Select(target => target.Fault).FirstOrDefault(fault => fault is not null);

    public string UnavailableReason => Reason ?? $"'{_wanted.Name}' is being loaded or removed.";

    public EndpointHealth Health
    {
        get
        {
            var (routing, reason) = (_routing, Reason);
            var serving = routing?.Routes.FirstOrDefault(target => target.Current is not null)?.Current?.Version;
            var status = (serving, reason) switch
            {
                (not null, null) => EndpointStatus.Ready,
                (not null, not null) => EndpointStatus.Degraded,
                (null, null) => EndpointStatus.Idle,
                (null, not null) => EndpointStatus.Unavailable,
            };
            var arms = (routing?.Endpoint.Policy.Arms ?? []).Select((arm, index) => new ArmHealth(
                arm.Name, arm.Target.Model, routing?.Routes[index].Current?.Version.Number, routing?.Routes[index].Reason));
            return new EndpointHealth(
                tenant, _wanted.Name, _wanted.Policy.Arms[0].Target.Model, serving?.Number, status, reason, [.. arms]);
        }
    }

    private IEnumerable<TargetRoute> Known => _pending.Concat(_routing?.Targets ?? []);

    private string? Reason => Known.Select(target => target.Reason).FirstOrDefault(reason => reason is not null);

    public void Redefine(Endpoint endpoint) => _wanted = endpoint;

    /// <summary>Whether something may have changed, given the generations of its models.</summary>
    public bool IsDue(IReadOnlyDictionary<ModelName, string?> generations) => _changing.CurrentCount > 0
        && (!ReferenceEquals(_routing?.Endpoint, _wanted) || Known.Any(target => target.IsDue(generations.GetValueOrDefault(target.Target.Model))));

    /// <summary>Loads what is needed to answer at all, unless that failed just now.</summary>
    public Task LoadAsync(CancellationToken cancellationToken) => ChangeAsync(target => target.LoadAsync(cancellationToken), cancellationToken);

    /// <summary>Brings everything in line with what it should be.</summary>
    public Task ReconcileAsync(CancellationToken cancellationToken) =>
        ChangeAsync(target => target.ReconcileAsync(cancellationToken), cancellationToken);

    /// <summary>Lets every model go, now and for ever.</summary>
    public async Task RetireAsync()
    {
        _isRetired = true;
        await _changing.WaitAsync(CancellationToken.None);
        try
        {
            var targets = Known.Distinct().ToList();
            (_routing, _pending) = (null, []);
            await Task.WhenAll(targets.Select(target => target.RetireAsync()));
        }
        finally
        {
            _changing.Release();
        }
    }

    private async Task ChangeAsync(Func<TargetRoute, Task> bring, CancellationToken cancellationToken)
    {
        await _changing.WaitAsync(cancellationToken);
        try
        {
            if (_isRetired)
            {
                return;
            }

            var (wanted, routing) = (_wanted, _routing);
            var known = Known.Distinct().ToDictionary(target => target.Target);
            var targets = wanted.Policy.Targets.Distinct().ToDictionary(target => target, target => known.GetValueOrDefault(target) ?? newTarget(target));
            _pending = [.. targets.Values];
            await Task.WhenAll(targets.Values.Union(routing?.Targets ?? []).Select(bring));

            // The policy that serves is kept while the next one lacks a model; the first one begins with what there is.
            var isWhole = targets.Values.All(target => target.Current is not null);
            if (isWhole || routing is null || SharesAllTargets(routing, wanted))
            {
                var arms = wanted.Policy.Arms;
                _routing = new Routing(
                    wanted,
                    [.. arms.Select(arm => targets[arm.Target])],
                    wanted.Policy.Shadow is { } shadow ? targets[shadow.Target] : null,
                    [.. arms.Select(stepsOf)]);
                _pending = [];
            }

            foreach (var unused in known.Values.Except(Known))
            {
                _ = unused.RetireAsync();
            }
        }
        finally
        {
            _changing.Release();
        }
    }

    private static bool SharesAllTargets(Routing routing, Endpoint wanted) =>
        wanted.Policy.Targets.ToHashSet().IsSubsetOf(routing.Endpoint.Policy.Targets.ToHashSet());
}
