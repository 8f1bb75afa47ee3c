using System.Collections.Frozen;

namespace Mlops.Serving;

/// <summary>What an endpoint chooses among at a moment. Immutable but for the models behind its routes.</summary>
internal sealed class Routing
{
    private readonly FrozenDictionary<string, int> _indices;
    private readonly ArmWeights _weights;
    private readonly AssignmentSalt _salt;

    /// <param name="routes">One for each arm of the endpoint.</param>
    /// <param name="shadow">Absent if the endpoint has none.</param>
    public Routing(Endpoint endpoint, IReadOnlyList<TargetRoute> routes, TargetRoute? shadow, IReadOnlyList<IReadOnlyList<IPredictionStep>> steps)
    {
        (Endpoint, Routes, Shadow, Steps) = (endpoint, routes, shadow, steps);
        var policy = endpoint.Policy;
        _salt = new AssignmentSalt(policy.Salt);
        _weights = new ArmWeights([.. policy.Arms.Select(arm => new ArmWeight(arm.Name, Weight(endpoint, arm)))]);
        _indices = policy.Arms.Select((arm, index) => (arm.Name, index)).ToFrozenDictionary(arm => arm.Name, arm => arm.index, StringComparer.Ordinal);
    }

    public Endpoint Endpoint { get; }

    public IReadOnlyList<TargetRoute> Routes { get; }

    public TargetRoute? Shadow { get; }

    /// <summary>The steps of each arm.</summary>
    public IReadOnlyList<IReadOnlyList<IPredictionStep>> Steps { get; }

    public IEnumerable<TargetRoute> Targets => Shadow is null ? Routes : Routes.Append(Shadow);

    /// <summary>Whether the shadow gets a copy of a request.</summary>
    public bool IsMirrored(ulong chance) =>
        Shadow is not null && (chance >> 11) * (1.0 / (1UL << 53)) < Endpoint.Policy.Shadow?.Share;

    /// <summary>The arm of a unit and a lease of its model.</summary>
    /// <param name="unit">Absent: the request is a unit of its own, and <paramref name="chance"/> is its hash.</param>
    /// <param name="chance">Uniform random bits.</param>
    /// <returns>Null if no arm has a model. An arm without one is stood in for by the first that has one.</returns>
    public RouteChoice? Choose(string? unit, ulong chance)
    {
        var arm = _weights.Choose(unit is null ? chance : _salt.Hash(unit));
        if (Routes[arm].TryLease() is { } lease)
        {
            return new RouteChoice(Endpoint.Policy.Arms[arm].Name, Steps[arm], lease, _weights.Share(arm));
        }

        for (var other = 0; other < Routes.Count; other++)
        {
            if (Routes[other].TryLease() is { } instead)
            {
                return new RouteChoice(RouteChoice.StandIn, Steps[other], instead, 1);
            }
        }

        return null;
    }

    /// <summary>The arm that a tester asks for.</summary>
    /// <returns>Null if there is no such arm, or it has no model.</returns>
    public RouteChoice? Choose(string arm) => _indices.TryGetValue(arm, out var index) && Routes[index].TryLease() is { } lease
        ? new RouteChoice(RouteChoice.Override, Steps[index], lease, 1)
        : null;

    public bool HasArm(string arm) => _indices.ContainsKey(arm);

    private static double Weight(Endpoint endpoint, Arm arm) =>
        endpoint.Learned is { } learned ? learned.Shares.GetValueOrDefault(arm.Name, arm.Weight) : arm.Weight;
}

/// <summary>What answers a request.</summary>
/// <param name="Arm">The arm's name, or one of the names that say that the policy had no say.</param>
/// <param name="Lease">Whoever has the choice disposes it.</param>
/// <param name="Propensity">The chance with which the policy chose the arm.</param>
internal readonly record struct RouteChoice(string Arm, IReadOnlyList<IPredictionStep> Steps, ModelLease Lease, double Propensity)
{
    /// <summary>A tester asked for the arm.</summary>
    public const string Override = "override";

    /// <summary>A caller asked for the version.</summary>
    public const string Version = "version";

    /// <summary>The arm that was chosen has no model, so another answered.</summary>
    public const string StandIn = "stand-in";

    /// <summary>The shadow, which answers nobody.</summary>
    public const string Shadow = "shadow";

    /// <summary>No arm can have these names, so that what is learned of arms is not mixed with requests that say nothing about them.</summary>
    public static readonly IReadOnlyList<string> Reserved = [Override, Version, StandIn, Shadow];
}
