using System.Text.Json.Serialization;
using Mlops.Registry;

namespace Mlops.Serving;

/// <summary>Which version an arm serves: the one that an alias names at any time, or one for good.</summary>
public sealed record EndpointTarget
{
    /// <exception cref="ArgumentException">Not exactly one of alias and version is given.</exception>
    public EndpointTarget(ModelName model, AliasName? alias = null, int? version = null)
    {
        if ((alias is null) == (version is null))
        {
            throw new ArgumentException("A target follows an alias or is a version: one of the two.");
        }

        (Model, Alias, Version) = (model, alias, version);
    }

    public ModelName Model { get; }

    public AliasName? Alias { get; }

    public int? Version { get; }

    public override string ToString() => Alias is not null ? $"{Model}@{Alias}" : $"{Model} version {Version}";
}

/// <summary>A named route to predictions.</summary>
/// <param name="Log">How surely its predictions are logged.</param>
/// <param name="Revision">From 1; one more with every change.</param>
public sealed record Endpoint(
    EndpointName Name,
    TrafficPolicy Policy,
    DateTimeOffset CreatedAt,
    string CreatedBy,
    DateTimeOffset UpdatedAt,
    string? Description = null,
    LogDurability Log = LogDurability.Async,
    int Revision = 1)
{
    /// <summary>Changes with every change of the endpoint.</summary>
    [JsonIgnore]
    public string ETag { get; init; } = "";

    /// <summary>The shares that a bandit has learned; absent before the first rewards, and for every other policy.</summary>
    [JsonIgnore]
    public LearnedShares? Learned { get; init; }
}

/// <summary>What an endpoint shall be.</summary>
public sealed record EndpointDefinition(TrafficPolicy Policy, string? Description = null, LogDurability Log = LogDurability.Async)
{
    public static EndpointDefinition Of(EndpointTarget target, string? description = null) =>
        new(TrafficPolicy.Only(target), description);
}

/// <summary>The shares of a bandit's arms as of its last look at rewards.</summary>
/// <param name="Shares">By the arm's name; they sum to 1.</param>
public sealed record LearnedShares(IReadOnlyDictionary<string, double> Shares, DateTimeOffset At);

/// <summary>Endpoints of a tenant by name; only an absent continuation ends the listing.</summary>
public sealed record EndpointPage(IReadOnlyList<Endpoint> Endpoints, string? Continuation);

/// <summary>What came of creating, changing or removing an endpoint.</summary>
public abstract record EndpointOutcome
{
    private EndpointOutcome() { }

    public sealed record Saved(Endpoint Endpoint) : EndpointOutcome;

    public sealed record Removed : EndpointOutcome;

    public sealed record NameTaken : EndpointOutcome;

    public sealed record UnknownEndpoint : EndpointOutcome;

    public sealed record UnknownModel(ModelName Model) : EndpointOutcome;

    public sealed record UnknownVersion(ModelName Model, int Version) : EndpointOutcome;

    /// <summary>A step makes no sense for the version that an arm stands for now.</summary>
    /// <param name="Arm">Which arm of the policy, from 0.</param>
    public sealed record UnfitStep(int Arm, string Step, string Reason) : EndpointOutcome;

    /// <summary>The endpoint no longer carries the expected tag.</summary>
    public sealed record Stale : EndpointOutcome;
}
