using Microsoft.AspNetCore.Http;
using Mlops.Api.Registry;
using Mlops.Http;
using Mlops.Registry;
using Mlops.Serving;

namespace Mlops.Api.Serving;

/// <summary>An endpoint to create.</summary>
/// <param name="Alias">The alias to follow; this or a version.</param>
/// <param name="Version">The version to serve for good; this or an alias.</param>
public sealed record NewEndpoint(string Name, string Model, string? Alias = null, int? Version = null, string? Description = null);

/// <summary>What an endpoint shall be from now on; what is absent is removed.</summary>
public sealed record EndpointChange(string Model, string? Alias = null, int? Version = null, string? Description = null);

/// <summary>An endpoint as callers see it.</summary>
/// <param name="Status">How it is doing in the process that answers.</param>
/// <param name="ServedVersion">The version that process has in memory.</param>
/// <param name="Problem">What is wrong, if something is.</param>
public sealed record EndpointView(
    EndpointName Name,
    ModelName Model,
    AliasName? Alias,
    int? Version,
    string? Description,
    DateTimeOffset CreatedAt,
    string CreatedBy,
    DateTimeOffset UpdatedAt,
    EndpointStatus Status,
    int? ServedVersion,
    string? Problem)
{
    internal static EndpointView Of(Mlops.Serving.Endpoint endpoint, EndpointHealth? health) => new(
        endpoint.Name,
        endpoint.Target.Model,
        endpoint.Target.Alias,
        endpoint.Target.Version,
        endpoint.Description,
        endpoint.CreatedAt,
        endpoint.CreatedBy,
        endpoint.UpdatedAt,
        health?.Status ?? EndpointStatus.Idle,
        health?.Version,
        health?.Reason);
}

/// <summary>Reads what callers say of endpoints.</summary>
internal static class EndpointRequests
{
    private const int MaxDescription = 2_000;

    public static EndpointName Name(string text) => Incoming.Value<EndpointName>(
        text, "name", "a lower-case letter, then up to 62 lower-case letters, digits or hyphens");

    public static string NoEndpoint(string name) => $"There is no endpoint '{name}'.";

    public static EndpointTarget Target(NewEndpoint asked) => Target(asked.Model, asked.Alias, asked.Version);

    public static EndpointTarget Target(EndpointChange asked) => Target(asked.Model, asked.Alias, asked.Version);

    public static string? Description(NewEndpoint asked) => Description(asked.Description);

    public static string? Description(EndpointChange asked) => Description(asked.Description);

    private static EndpointTarget Target(string model, string? alias, int? version) => (alias is null) != (version is null)
        ? new EndpointTarget(RegistryRoute.Model(model, "model"), alias is null ? null : RegistryRoute.Alias(alias), version)
        : throw new ProblemException(
            StatusCodes.Status400BadRequest, new FieldError("alias", "expected either 'alias' or 'version', and not both"));

    private static string? Description(string? text) => text is null or { Length: <= MaxDescription }
        ? text
        : throw new ProblemException(
            StatusCodes.Status400BadRequest, new FieldError("description", $"expected at most {MaxDescription} characters"));
}
