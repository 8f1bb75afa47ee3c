using Mlops.Registry;

namespace Mlops.Serving;

public enum EndpointStatus
{
    /// <summary>Nobody has asked yet, so nothing is loaded.</summary>
    Idle,

    /// <summary>It serves what it should.</summary>
    Ready,

    /// <summary>It serves what it did before: what it should serve cannot be loaded.</summary>
    Degraded,

    /// <summary>It cannot serve.</summary>
    Unavailable,
}

/// <summary>How an endpoint is doing in this process.</summary>
/// <param name="Version">The version in memory, if there is one.</param>
/// <param name="Reason">What is wrong, if something is.</param>
public sealed record EndpointHealth(
    TenantId Tenant, EndpointName Name, ModelName Model, int? Version, EndpointStatus Status, string? Reason);

/// <summary>What came of asking for an endpoint's model.</summary>
public abstract record RouteOutcome
{
    private RouteOutcome() { }

    /// <summary>The caller disposes the lease when it has answered.</summary>
    public sealed record Ready(ModelLease Lease) : RouteOutcome;

    public sealed record UnknownEndpoint : RouteOutcome;

    public sealed record Unavailable(string Reason) : RouteOutcome;
}
