using Mlops.Registry;
using Mlops.Serving;

namespace Mlops.AbTesting;

public sealed class AbTestStoreTests : IAsyncDisposable
{
    private static readonly AbTestName Name = AbTestName.Parse("ranking");
    private static readonly AbTestName Other = AbTestName.Parse("other");

    private readonly SimulatedTraffic _traffic = new();

    public ValueTask DisposeAsync() => _traffic.DisposeAsync();

    [Fact]
    public async Task A_test_is_found_as_it_was_described_and_its_name_taken_once()
    {
        await _traffic.CreateEndpointAsync();
        var created = await CreateAsync();

        var found = Assert.IsType<AbTest>(await _traffic.Tests.FindAsync(TenantId.Default, Name, default));
        Assert.Equal((created.Salt, AbTestState.Draft, created.ETag), (found.Salt, found.State, found.ETag));
        Assert.Equal(created.Plan.Metric, found.Plan.Metric);
        Assert.IsType<AbTestOutcome.NameTaken>(await _traffic.Tests.CreateAsync(TenantId.Default, Name, Plan(), "ada", default));
        Assert.Equal(Name, Assert.Single((await _traffic.Tests.ListAsync(TenantId.Default, 10, null, default)).Tests).Name);
    }

    [Fact]
    public async Task A_test_of_what_is_not_there_is_refused()
    {
        Assert.IsType<AbTestOutcome.UnknownEndpoint>(await _traffic.Tests.CreateAsync(TenantId.Default, Name, Plan(), "ada", default));
        await _traffic.CreateEndpointAsync();

        var plan = Plan() with { Treatments = [new TestArm("new", SimulatedTraffic.Target(9))] };
        Assert.Equal(
            new AbTestOutcome.UnknownVersion(SimulatedTraffic.Churn, 9),
            await _traffic.Tests.CreateAsync(TenantId.Default, Name, plan, "ada", default));
        plan = Plan() with { Treatments = [new TestArm("new", new EndpointTarget(ModelName.Parse("none"), version: 1))] };
        Assert.IsType<AbTestOutcome.UnknownModel>(await _traffic.Tests.CreateAsync(TenantId.Default, Name, plan, "ada", default));
    }

    [Fact]
    public async Task A_start_pins_versions_under_a_salt_of_its_own_and_repeated_changes_nothing()
    {
        await _traffic.CreateEndpointAsync();
        var (one, two) = (await CreateAsync(), await CreateAsync(Other));
        var started = Assert.IsType<AbTestOutcome.Saved>(await StartAsync()).Test;
        var endpoint = await _traffic.EndpointAsync();

        Assert.NotEqual(one.Salt, two.Salt);
        Assert.Equal((PolicyKind.AbTest, one.Salt), (endpoint.Policy.Kind, endpoint.Policy.Salt));
        Assert.Equal([SimulatedTraffic.Target(1), SimulatedTraffic.Target(2)], endpoint.Policy.Arms.Select(arm => arm.Target));
        Assert.Equal((1, endpoint.Revision), (started.Plan.Control.Version, started.Revision));
        var again = Assert.IsType<AbTestOutcome.Saved>(await StartAsync()).Test;
        Assert.Equal((started.ETag, endpoint.Revision), (again.ETag, (await _traffic.EndpointAsync()).Revision));
    }

    [Fact]
    public async Task A_start_that_was_cut_short_after_the_endpoint_changed_is_completed_by_repeating_it()
    {
        await _traffic.CreateEndpointAsync();
        var draft = await CreateAsync();
        await StartAsync();
        var revision = (await _traffic.EndpointAsync()).Revision;
        var running = Assert.IsType<AbTest>(await _traffic.Tests.FindAsync(TenantId.Default, Name, default));

        // As the process left it that died before the test was kept.
        Assert.NotNull(await _traffic.Tests.TryReplaceAsync(TenantId.Default, draft with { ETag = running.ETag }, default));
        var completed = Assert.IsType<AbTestOutcome.Saved>(await StartAsync()).Test;

        Assert.Equal((AbTestState.Running, revision, 2), (completed.State, completed.Revision, completed.Plan.Treatments[0].Version));
        Assert.Equal(revision, (await _traffic.EndpointAsync()).Revision);
    }

    [Fact]
    public async Task An_endpoint_has_one_test_at_a_time()
    {
        await _traffic.CreateEndpointAsync();
        await CreateAsync();
        await CreateAsync(Other);
        await StartAsync();

        Assert.Equal(
            new AbTestOutcome.Refused("Test 'ranking' is running on endpoint 'live'."),
            await _traffic.Start.StartAsync(TenantId.Default, Other, "ada", null, default));
        await EndAsync(null);
        Assert.IsType<AbTestOutcome.Saved>(await _traffic.Start.StartAsync(TenantId.Default, Other, "ada", null, default));
    }

    [Fact]
    public async Task An_endpoint_that_logs_nothing_and_an_alias_that_names_nothing_cannot_be_tested()
    {
        await _traffic.CreateEndpointAsync(log: LogDurability.None);
        await CreateAsync();
        Assert.Contains("logs no predictions", Assert.IsType<AbTestOutcome.Refused>(await StartAsync()).Reason, StringComparison.Ordinal);

        await _traffic.Endpoints.ReplaceAsync(
            TenantId.Default, SimulatedTraffic.Live, EndpointDefinition.Of(SimulatedTraffic.Target(1)), null, default);
        var plan = Plan() with { Treatments = [new TestArm("new", new EndpointTarget(SimulatedTraffic.Churn, AliasName.Parse("next")))] };
        await _traffic.Tests.CreateAsync(TenantId.Default, Other, plan, "ada", default);
        Assert.Contains(
            "names none",
            Assert.IsType<AbTestOutcome.Refused>(await _traffic.Start.StartAsync(TenantId.Default, Other, "ada", null, default)).Reason,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_end_by_hand_ships_once_and_repeated_changes_nothing()
    {
        await _traffic.CreateEndpointAsync();
        await CreateAsync();
        Assert.IsType<AbTestOutcome.Refused>(await EndAsync("new"));
        await StartAsync();
        Assert.Equal(new AbTestOutcome.UnknownArm("current"), await EndAsync("current"));
        var ended = Assert.IsType<AbTestOutcome.Saved>(await EndAsync("new")).Test;

        Assert.Equal((AbTestState.Ended, "new", "ada"), (ended.State, ended.Conclusion?.Shipped, ended.Conclusion?.By));
        Assert.Equal(2, await _traffic.ChampionAsync());
        var revision = (await _traffic.EndpointAsync()).Revision;
        Assert.Equal(ended.ETag, Assert.IsType<AbTestOutcome.Saved>(await EndAsync("new")).Test.ETag);
        Assert.Equal(revision, (await _traffic.EndpointAsync()).Revision);
        Assert.Equal(
            new AbTestOutcome.Refused("Test 'ranking' has ended already and shipped 'new'."), await EndAsync(null));
    }

    [Fact]
    public async Task An_end_that_was_cut_short_after_the_decision_is_completed_by_the_next_look()
    {
        await _traffic.CreateEndpointAsync();
        await CreateAsync();
        var running = Assert.IsType<AbTestOutcome.Saved>(await StartAsync()).Test;
        var now = _traffic.Time.GetUtcNow();
        var ending = await _traffic.Tests.TryReplaceAsync(
            TenantId.Default,
            running.Enter(AbTestState.Ending, now, "ada") with { Conclusion = new TestConclusion("It won.", "ada", now, "new") },
            default);
        Assert.NotNull(ending);
        await _traffic.Analysis.ContinueAsync(TenantId.Default, ending, default);

        var ended = await _traffic.Tests.FindAsync(TenantId.Default, Name, default);
        Assert.Equal((AbTestState.Ended, null), (ended?.State, ended?.History[^1].Note));
        Assert.Equal(2, await _traffic.ChampionAsync());
        Assert.Equal(PolicyKind.Fixed, (await _traffic.EndpointAsync()).Policy.Kind);
    }

    [Fact]
    public async Task A_running_test_stays_and_a_stale_change_is_refused()
    {
        await _traffic.CreateEndpointAsync();
        var draft = await CreateAsync();
        await StartAsync();

        Assert.IsType<AbTestOutcome.Refused>(await _traffic.Tests.DeleteAsync(TenantId.Default, Name, null, default));
        Assert.IsType<AbTestOutcome.Stale>(
            await _traffic.End.EndAsync(TenantId.Default, Name, null, "why", "ada", draft.ETag, default));
        await EndAsync(null);
        Assert.IsType<AbTestOutcome.Stale>(await _traffic.Tests.DeleteAsync(TenantId.Default, Name, draft.ETag, default));
        Assert.IsType<AbTestOutcome.Removed>(await _traffic.Tests.DeleteAsync(TenantId.Default, Name, null, default));
        Assert.IsType<AbTestOutcome.UnknownTest>(await _traffic.Tests.DeleteAsync(TenantId.Default, Name, null, default));
    }

    [Fact]
    public async Task An_end_keeps_the_units_and_the_shadow_of_the_endpoint()
    {
        var policy = TrafficPolicy.Only(SimulatedTraffic.Target(1)) with
        {
            Unit = new UnitSource(Header: "x-user"),
            Shadow = new Shadow(SimulatedTraffic.Target(3)),
        };
        await _traffic.CreateEndpointAsync(policy);
        await CreateAsync();
        await StartAsync();
        Assert.Equal(policy.Unit, (await _traffic.EndpointAsync()).Policy.Unit);
        await EndAsync(null);

        var after = (await _traffic.EndpointAsync()).Policy;
        Assert.Equal((policy.Unit, policy.Shadow), (after.Unit, after.Shadow));
    }

    private static TestPlan Plan() => new(
        SimulatedTraffic.Live,
        new TestArm("current", new EndpointTarget(SimulatedTraffic.Churn, AliasName.Champion)),
        [new TestArm("new", SimulatedTraffic.Target(2))],
        new TestMetric(MetricKind.Conversion),
        MetricGoal.Increase,
        AliasName.Champion);

    private async Task<AbTest> CreateAsync(AbTestName? name = null) => Assert.IsType<AbTestOutcome.Saved>(
        await _traffic.Tests.CreateAsync(TenantId.Default, name ?? Name, Plan(), "ada", default)).Test;

    private Task<AbTestOutcome> StartAsync() => _traffic.Start.StartAsync(TenantId.Default, Name, "ada", null, default);

    private Task<AbTestOutcome> EndAsync(string? ship) =>
        _traffic.End.EndAsync(TenantId.Default, Name, ship, "Enough seen.", "ada", null, default);
}
