using Mlops.Registry;
using Mlops.Serving;

namespace Mlops.AbTesting;

/// <summary>Ends a test, promotes the version that won, and gives the endpoint back to one arm.</summary>
/// <remarks>
/// The decision is kept first. What follows from it (the alias, the endpoint, the test's end) may each be repeated, and
/// <see cref="CompleteAsync"/> does so for a test that a process left while it was ending.
/// </remarks>
public sealed class AbTestEnd(AbTestStore tests, EndpointStore endpoints, ModelStore models, TimeProvider time)
{
    /// <summary>Ends a test; of one that has ended nothing changes.</summary>
    /// <param name="ship">The arm whose version is promoted; null keeps the control.</param>
    /// <param name="ifMatch">The tag of the test that the caller saw; null ends whatever is there.</param>
    public async Task<AbTestOutcome> EndAsync(
        TenantId tenant, AbTestName name, string? ship, string reason, string actor, string? ifMatch, CancellationToken cancellationToken)
    {
        while (await tests.FindAsync(tenant, name, cancellationToken) is { } test)
        {
            if (ifMatch is not null && ifMatch != test.ETag)
            {
                return new AbTestOutcome.Stale();
            }

            if (ship is not null && test.Plan.Treatments.All(arm => arm.Name != ship))
            {
                return new AbTestOutcome.UnknownArm(ship);
            }

            switch (test.State)
            {
                case AbTestState.Draft:
                    return new AbTestOutcome.Refused($"Test '{name}' has not started.");
                case AbTestState.Ending or AbTestState.Ended when test.Conclusion?.Shipped != ship:
                    var came = test.Conclusion?.Shipped is { } arm ? $"shipped '{arm}'" : "kept the control";
                    return new AbTestOutcome.Refused($"Test '{name}' has ended already and {came}.");
                case AbTestState.Ended:
                    return new AbTestOutcome.Saved(test);
                case AbTestState.Ending:
                    return await CompleteAsync(tenant, test, cancellationToken);
            }

            var now = time.GetUtcNow();
            var decided = test.Enter(AbTestState.Ending, now, actor, reason) with
            {
                Conclusion = new TestConclusion(reason, actor, now, ship),
            };
            if (await tests.TryReplaceAsync(tenant, decided, cancellationToken) is { } ending)
            {
                return await CompleteAsync(tenant, ending, cancellationToken);
            }
        }

        return new AbTestOutcome.UnknownTest();
    }

    /// <summary>Does what follows from a decision, as far as it is not done yet.</summary>
    /// <param name="test">One that is ending.</param>
    /// <exception cref="InvalidOperationException">The winning version is gone, which is a broken promise.</exception>
    public async Task<AbTestOutcome> CompleteAsync(TenantId tenant, AbTest test, CancellationToken cancellationToken)
    {
        var shipped = test.Plan.Treatments.FirstOrDefault(arm => arm.Name == test.Conclusion?.Shipped);
        var actor = test.Conclusion?.By ?? AbTest.Itself;
        if (shipped is { Version: { } version })
        {
            var promoted = await models.SetAliasAsync(
                tenant, shipped.Target.Model, test.Plan.Alias, version, actor, null, cancellationToken);
            if (promoted is not AliasOutcome.Set)
            {
                throw new InvalidOperationException($"{shipped.Target.Model} version {version} cannot be promoted: {promoted}");
            }
        }

        var isFree = await ReleaseAsync(tenant, test, shipped, cancellationToken);
        var note = isFree ? null : $"Endpoint '{test.Plan.Endpoint}' was changed or removed while the test ran, and stays as it is.";
        var ended = await tests.TryReplaceAsync(
            tenant, test.Enter(AbTestState.Ended, time.GetUtcNow(), actor, note), cancellationToken)
            ?? await tests.FindAsync(tenant, test.Name, cancellationToken);
        return ended is null ? new AbTestOutcome.UnknownTest() : new AbTestOutcome.Saved(ended);
    }

    /// <summary>Makes the endpoint one of a single arm again, if it still is the test's.</summary>
    /// <returns>Whether it is.</returns>
    private async Task<bool> ReleaseAsync(TenantId tenant, AbTest test, TestArm? shipped, CancellationToken cancellationToken)
    {
        var (target, steps) = shipped is null
            ? (test.Plan.Control.Target, test.Plan.Control.Steps)
            : (new EndpointTarget(shipped.Target.Model, test.Plan.Alias), shipped.Steps);
        while (await endpoints.FindAsync(tenant, test.Plan.Endpoint, cancellationToken) is { } endpoint)
        {
            if (!test.Governs(endpoint.Policy))
            {
                // A repetition finds what it left.
                return endpoint.Policy is { Kind: PolicyKind.Fixed, Salt: TrafficPolicy.OnlyArm, Arms: [var only] } && only.Target == target;
            }

            var policy = TrafficPolicy.Only(target) with
            {
                Arms = [new Arm(TrafficPolicy.OnlyArm, target, 1, steps)],
                Unit = endpoint.Policy.Unit,
                Shadow = endpoint.Policy.Shadow,
            };
            var definition = new EndpointDefinition(policy, endpoint.Description, endpoint.Log);
            var outcome = await endpoints.ReplaceAsync(tenant, endpoint.Name, definition, endpoint.ETag, cancellationToken);
            if (outcome is not EndpointOutcome.Stale)
            {
                return outcome is EndpointOutcome.Saved;
            }
        }

        return false;
    }
}
