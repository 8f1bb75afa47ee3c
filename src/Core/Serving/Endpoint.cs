using System.Text.Json.Serialization;
using Mlops.Registry;

namespace Mlops.Serving;

/// <summary>Which version an endpoint serves: the one that an alias names at any time, or one for good.</summary>
public sealed record EndpointTarget
{
    /// <exception cref="ArgumentException">Not exactly one of alias and version is given.</exception>
    public EndpointTarget(ModelName model, AliasName? alias = null, int? version = null)
    {
        if ((alias is null) == (version is null))
        {
            throw new ArgumentException("An endpoint follows an alias or serves a version: one of the two.");
        }

        (Model, Alias, Version) = (model, alias, version);
    }

    public ModelName Model { get; }

    public AliasName? Alias { get; }

    public int? Version { get; }

    public override string ToString() => Alias is not null ? $"{Model}@{Alias}" : $"{Model} version {Version}";
}

/// <summary>A named route to predictions.</summary>
public sealed record Endpoint(
    EndpointName Name,
    EndpointTarget Target,
    DateTimeOffset CreatedAt,
    string CreatedBy,
    DateTimeOffset UpdatedAt,
    string? Description = null)
{
    /// <summary>Changes with every change of the endpoint.</summary>
    [JsonIgnore]
    public string ETag { get; init; } = "";
}

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

    public sealed record UnknownModel : EndpointOutcome;

    public sealed record UnknownVersion : EndpointOutcome;

    /// <summary>The endpoint no longer carries the expected tag.</summary>
    public sealed record Stale : EndpointOutcome;
}
