using Mlops.Registry;

namespace Mlops.Serving;

public enum EndpointStatus
{
    /// <summary>Nothing is loaded yet.</summary>
    Idle,

    /// <summary>It serves what it should.</summary>
    Ready,

    /// <summary>It serves, but not all that it should: something cannot be loaded.</summary>
    Degraded,

    /// <summary>It cannot serve.</summary>
    Unavailable,
}

/// <summary>How an endpoint is doing in this process.</summary>
/// <param name="Version">The version in memory of the first arm that has one.</param>
/// <param name="Reason">What is wrong, if something is.</param>
public sealed record EndpointHealth(
    TenantId Tenant,
    EndpointName Name,
    ModelName Model,
    int? Version,
    EndpointStatus Status,
    string? Reason,
    IReadOnlyList<ArmHealth> Arms);

/// <summary>How an arm is doing in this process.</summary>
/// <param name="Version">The version in memory, if there is one.</param>
public sealed record ArmHealth(string Arm, ModelName Model, int? Version, string? Reason);

/// <summary>What came of asking for an endpoint's model.</summary>
public abstract record RouteOutcome
{
    private RouteOutcome() { }

    /// <summary>The caller disposes the lease when it has answered.</summary>
    public sealed record Ready(ModelLease Lease) : RouteOutcome;

    public sealed record UnknownEndpoint : RouteOutcome;

    /// <summary>The endpoint's model has no such version.</summary>
    public sealed record UnknownVersion : RouteOutcome;

    public sealed record Unavailable(string Reason) : RouteOutcome;
}
