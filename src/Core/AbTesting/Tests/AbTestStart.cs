using Mlops.Registry;
using Mlops.Serving;

namespace Mlops.AbTesting;

/// <summary>Hands an endpoint over to a test.</summary>
/// <remarks>
/// First the endpoint gets the test's arms, then the test runs: a start that is cut short in between is completed by being repeated.
/// Repeating a start that succeeded changes nothing.
/// </remarks>
public sealed class AbTestStart(AbTestStore tests, EndpointStore endpoints, ModelStore models, TimeProvider time)
{
    /// <param name="ifMatch">The tag of the test that the caller saw; null starts whatever is there.</param>
    public async Task<AbTestOutcome> StartAsync(
        TenantId tenant, AbTestName name, string actor, string? ifMatch, CancellationToken cancellationToken)
    {
        while (await tests.FindAsync(tenant, name, cancellationToken) is { } test)
        {
            if (ifMatch is not null && ifMatch != test.ETag)
            {
                return new AbTestOutcome.Stale();
            }

            if (test.State is not AbTestState.Draft)
            {
                return test.State is AbTestState.Running
                    ? new AbTestOutcome.Saved(test)
                    : new AbTestOutcome.Refused($"Test '{name}' has ended; describe a new one.");
            }

            if (await endpoints.FindAsync(tenant, test.Plan.Endpoint, cancellationToken) is not { } endpoint)
            {
                return new AbTestOutcome.UnknownEndpoint(test.Plan.Endpoint);
            }

            var (taken, refusal) = await TakeOverAsync(tenant, test, endpoint, cancellationToken);
            if (refusal is not null)
            {
                return refusal;
            }

            if (taken is not null && await tests.TryReplaceAsync(tenant, Running(test, taken, actor), cancellationToken) is { } running)
            {
                return new AbTestOutcome.Saved(running);
            }
        }

        return new AbTestOutcome.UnknownTest();
    }

    /// <returns>The endpoint under the test's policy, or why not; neither if the endpoint was changed meanwhile.</returns>
    private async Task<(Endpoint? Taken, AbTestOutcome? Refusal)> TakeOverAsync(
        TenantId tenant, AbTest test, Endpoint endpoint, CancellationToken cancellationToken)
    {
        if (endpoint.Policy.Salt == test.Salt)
        {
            return (endpoint, null);
        }

        if (endpoint.Log is LogDurability.None)
        {
            return (null, new AbTestOutcome.Refused($"Endpoint '{endpoint.Name}' logs no predictions, so that nothing could be analysed."));
        }

        await foreach (var other in tests.LiveAsync(tenant, cancellationToken))
        {
            if (other.Plan.Endpoint == endpoint.Name)
            {
                return (null, new AbTestOutcome.Refused($"Test '{other.Name}' is running on endpoint '{endpoint.Name}'."));
            }
        }

        var arms = new List<Arm>();
        foreach (var arm in test.Plan.Arms)
        {
            if (await VersionAsync(tenant, arm.Target, cancellationToken) is not { } version)
            {
                return (null, new AbTestOutcome.Refused($"Arm '{arm.Name}' has no version to serve: {arm.Target} names none."));
            }

            arms.Add((arm with { Version = version }).Pinned);
        }

        var policy = new TrafficPolicy(PolicyKind.AbTest, arms, test.Salt, endpoint.Policy.Unit, endpoint.Policy.Shadow);
        var definition = new EndpointDefinition(policy, endpoint.Description, endpoint.Log);
        return await endpoints.ReplaceAsync(tenant, endpoint.Name, definition, endpoint.ETag, cancellationToken) switch
        {
            EndpointOutcome.Saved(var saved) => (saved, null),
            EndpointOutcome.UnknownModel(var model) => (null, new AbTestOutcome.UnknownModel(model)),
            EndpointOutcome.UnknownVersion(var model, var version) => (null, new AbTestOutcome.UnknownVersion(model, version)),
            EndpointOutcome.UnfitStep(var arm, var step, var reason) => (
                null, new AbTestOutcome.Refused($"Arm '{arms[arm].Name}' cannot have the step '{step}': {reason}.")),
            _ => (null, null),
        };
    }

    private async Task<int?> VersionAsync(TenantId tenant, EndpointTarget target, CancellationToken cancellationToken) =>
        target.Alias is { } alias
            ? (await models.FindAliasAsync(tenant, target.Model, alias, cancellationToken))?.Version
            : target.Version;

    private AbTest Running(AbTest test, Endpoint endpoint, string actor)
    {
        var versions = endpoint.Policy.Arms.ToDictionary(arm => arm.Name, arm => arm.Target.Version, StringComparer.Ordinal);
        TestArm Pinned(TestArm arm) => arm with { Version = versions.GetValueOrDefault(arm.Name) };
        var now = time.GetUtcNow();
        return test.Enter(AbTestState.Running, now, actor) with
        {
            Plan = test.Plan with { Control = Pinned(test.Plan.Control), Treatments = [.. test.Plan.Treatments.Select(Pinned)] },
            Policy = endpoint.Policy,
            StartedAt = now,
            Revision = endpoint.Revision,
        };
    }
}
