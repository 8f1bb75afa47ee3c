using Mlops.Registry;
using Mlops.Serving;

namespace Mlops.AbTesting;

public sealed class AbTestAnalysisTests : IAsyncDisposable
{
    private static readonly AbTestName Name = AbTestName.Parse("ranking");
    private static readonly TestMetric Conversion = new(MetricKind.Conversion);

    private readonly SimulatedTraffic _traffic = new();
    private readonly DeterministicRandom _random = new(7);
    private int _units;

    public ValueTask DisposeAsync() => _traffic.DisposeAsync();

    [Fact]
    public async Task A_better_arm_is_shipped_its_version_promoted_and_the_endpoint_handed_back()
    {
        await StartAsync(Plan() with { Decide = AutoDecision.ShipOrStop });
        AbTestReport? report = null;
        for (var look = 0; look < 12 && report?.Advice is not TestAdvice.Ship; look++)
        {
            await SendAsync(500, arm => Yes(arm is "new" ? 0.3 : 0.2));
            report = await LookAsync();
        }

        Assert.Equal((TestAdvice.Ship, "new"), (report?.Advice, report?.Arm));
        var effect = report?.Arms[1].Effect;
        Assert.True(effect?.EValue >= 20 && effect.PValue <= 0.05 && effect.Interval?.Low > 0);
        Assert.InRange(0.1, effect?.Interval?.Low ?? 0, effect?.Interval?.High ?? 0);
        var test = await TestAsync();
        Assert.Equal(
            [AbTestState.Draft, AbTestState.Running, AbTestState.Ending, AbTestState.Ended], test.History.Select(entry => entry.State));
        Assert.Equal(("new", AbTest.Itself), (test.Conclusion?.Shipped, test.Conclusion?.By));
        Assert.Equal(2, await _traffic.ChampionAsync());
        var endpoint = await _traffic.EndpointAsync();
        Assert.Equal(PolicyKind.Fixed, endpoint.Policy.Kind);
        Assert.Equal(new EndpointTarget(SimulatedTraffic.Churn, AliasName.Champion), Assert.Single(endpoint.Policy.Arms).Target);
    }

    [Fact]
    public async Task Without_leave_to_ship_a_better_arm_is_only_recommended()
    {
        await StartAsync(Plan() with { Decide = AutoDecision.Stop });
        await SendAsync(2_000, arm => Yes(arm is "new" ? 0.6 : 0.2));

        Assert.Equal(TestAdvice.Ship, (await LookAsync()).Advice);
        Assert.Equal(AbTestState.Running, (await TestAsync()).State);
        Assert.Equal(1, await _traffic.ChampionAsync());
    }

    [Fact]
    public async Task Units_that_get_lost_on_the_way_to_one_arm_block_every_other_advice()
    {
        await StartAsync(Plan() with { Decide = AutoDecision.ShipOrStop });
        await SendAsync(2_000, arm => arm is "new" && _random.NextDouble() < 0.3 ? null : Yes(arm is "new" ? 0.6 : 0.2));
        var report = await LookAsync();

        Assert.Equal((TestAdvice.Stop, StopCause.SampleRatioMismatch), (report.Advice, report.Cause));
        Assert.False(report.IsComparable);
        Assert.True(report.SampleRatioP < 0.001);
        Assert.Equal(1, await _traffic.ChampionAsync());
        Assert.Null((await TestAsync()).Conclusion?.Shipped);
    }

    [Fact]
    public async Task A_harmed_guardrail_stops_an_arm_that_would_win()
    {
        await StartAsync(Plan() with
        {
            Decide = AutoDecision.ShipOrStop,
            Guardrails = [new Guardrail(new TestMetric(MetricKind.Latency), MetricGoal.Decrease, 5)],
        });
        await SendAsync(2_000, arm => Yes(arm is "new" ? 0.4 : 0.2) with
        {
            LatencyMs = (arm is "new" ? 40 : 20) + (10 * _random.NextDouble()),
        });
        var report = await LookAsync();

        Assert.Equal((TestAdvice.Stop, StopCause.Harm), (report.Advice, report.Cause));
        Assert.Equal(GuardrailState.Broken, Assert.Single(report.Arms[1].Guardrails).State);
        Assert.Contains("latency", report.Reason, StringComparison.Ordinal);
        Assert.Equal((1, AbTestState.Ended), (await _traffic.ChampionAsync(), (await TestAsync()).State));
    }

    [Fact]
    public async Task While_nothing_is_shown_a_test_goes_on()
    {
        await StartAsync(Plan() with { Decide = AutoDecision.ShipOrStop });
        await SendAsync(600, _ => Yes(0.2));
        var report = await LookAsync();

        Assert.Equal((TestAdvice.Continue, 600), (report.Advice, report.Units));
        Assert.Equal(AbTestState.Running, (await TestAsync()).State);
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(2, false)]
    public async Task That_a_version_is_compared_with_itself_is_said(int treatment, bool isSaid)
    {
        await StartAsync(Plan() with { Treatments = [new TestArm("new", SimulatedTraffic.Target(treatment))] });

        var reason = (await LookAsync()).Reason;
        Assert.Equal(isSaid, reason.EndsWith("'new' serves the same version as 'current'.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_effect_that_had_its_chance_to_show_and_did_not_ends_the_test_with_the_control()
    {
        await StartAsync(Plan() with { Decide = AutoDecision.ShipOrStop, MinimumEffect = 0.2 });
        await SendAsync(2_000, _ => Yes(0.2));
        var report = await LookAsync();

        Assert.Equal(TestAdvice.Inconclusive, report.Advice);
        Assert.True(report.Arms[1].Effect?.Power >= 0.8);
        Assert.Contains("smallest difference that matters", report.Reason, StringComparison.Ordinal);
        var endpoint = await _traffic.EndpointAsync();
        Assert.Equal(new EndpointTarget(SimulatedTraffic.Churn, AliasName.Champion), Assert.Single(endpoint.Policy.Arms).Target);
        Assert.Equal(AbTestState.Ended, (await TestAsync()).State);
    }

    [Fact]
    public async Task Nothing_but_harm_is_decided_before_the_days_are_over()
    {
        await StartAsync(Plan() with { MinimumDays = 7 });
        await SendAsync(2_000, arm => Yes(arm is "new" ? 0.6 : 0.2));
        Assert.Equal(TestAdvice.Continue, (await LookAsync()).Advice);

        _traffic.Time.Advance(TimeSpan.FromDays(7));
        Assert.Equal(TestAdvice.Ship, (await LookAsync()).Advice);
    }

    [Fact]
    public async Task A_unit_counts_once_however_many_requests_it_sends()
    {
        await StartAsync(Plan() with { Metric = new TestMetric(MetricKind.Reward) });
        await _traffic.RequestAsync(
            Enumerable.Range(0, 300).Select(request => $"user-{request % 30}"), (unit, _) => new Simulated(unit.Length));
        var report = await LookAsync();

        Assert.Equal((30, 300), (report.Units, report.Arms.Sum(arm => arm.Exposures)));
    }

    [Fact]
    public async Task Late_feedback_counts_and_repeated_feedback_changes_nothing()
    {
        await StartAsync(Plan());
        await SendAsync(200, _ => new Simulated());
        Assert.Equal(0, (await LookAsync()).Arms[0].Value);

        _traffic.Time.Advance(TimeSpan.FromDays(2));
        var feedback = await SendAsync(200, _ => new Simulated(1));
        var first = await LookAsync();
        await _traffic.RecordAsync(feedback);
        var second = await LookAsync();

        Assert.True(first.Arms[0].Value is > 0.3 and < 0.7);
        Assert.Equal(first.Arms[0].Value, second.Arms[0].Value);
        Assert.Equal(first.Arms[1].Effect, second.Arms[1].Effect);
    }

    [Fact]
    public async Task What_is_known_before_the_test_is_taken_out_of_the_metric()
    {
        await StartAsync(Plan() with { Metric = new TestMetric(MetricKind.Reward), Covariate = new Covariate(Input: "size") });
        await SendAsync(1_000, arm =>
        {
            var size = (float)_random.NextGaussian();
            return new Simulated((5 * size) + (arm is "new" ? 0.5 : 0) + (0.5 * _random.NextGaussian()), Size: size);
        });
        var effect = (await LookAsync()).Arms[1].Effect;

        Assert.InRange(effect?.VarianceReduction ?? 0, 0.95, 1);
        Assert.InRange(effect?.Difference ?? 0, 0.35, 0.65);
        Assert.True(effect?.Interval?.Low > 0);
    }

    [Fact]
    public async Task What_units_did_before_the_test_is_a_covariate_too()
    {
        await _traffic.CreateEndpointAsync();
        double Level(string unit) => unit.Sum(letter => letter * 7 % 11);
        var users = Enumerable.Range(0, 600).Select(user => $"user-{user}").ToList();
        await _traffic.RequestAsync(users.Take(500), (unit, _) => new Simulated(Level(unit)));
        _traffic.Time.Advance(TimeSpan.FromDays(1));
        await BeginAsync(Plan() with { Metric = new TestMetric(MetricKind.Reward), Covariate = new Covariate(PrePeriodDays: 3) });
        await _traffic.RequestAsync(users, (unit, arm) => new Simulated(Level(unit) + _random.NextDouble()));
        var report = await LookAsync();

        Assert.Equal(600, report.Units);
        Assert.InRange(report.Arms[1].Effect?.VarianceReduction ?? 0, 0.5, 1);
    }

    [Fact]
    public async Task Of_several_arms_the_one_that_is_better_is_shipped()
    {
        var plan = Plan();
        await StartAsync(plan with { Treatments = [.. plan.Treatments, new TestArm("third", SimulatedTraffic.Target(3))] });
        await SendAsync(3_000, arm => Yes(arm is "third" ? 0.5 : 0.2));
        var report = await LookAsync();

        Assert.Equal((TestAdvice.Ship, "third"), (report.Advice, report.Arm));
        Assert.True(report.Arms[1].Effect?.PValue > 0.05);
    }

    [Fact]
    public async Task An_endpoint_that_someone_changed_ends_the_test_and_stays_as_it_is()
    {
        await StartAsync(Plan());
        await SendAsync(100, _ => Yes(0.5));
        Assert.IsType<EndpointOutcome.Saved>(await _traffic.Endpoints.ReplaceAsync(
            TenantId.Default, SimulatedTraffic.Live, EndpointDefinition.Of(SimulatedTraffic.Target(3)), null, default));
        await LookAsync();

        var test = await TestAsync();
        Assert.Equal(AbTestState.Ended, test.State);
        Assert.Contains("changed or removed", test.Conclusion?.Reason, StringComparison.Ordinal);
        Assert.Equal(SimulatedTraffic.Target(3), (await _traffic.EndpointAsync()).Policy.Arms[0].Target);
    }

    [Fact]
    public async Task A_description_changed_on_the_endpoint_does_not_disturb_the_test()
    {
        await StartAsync(Plan());
        var endpoint = await _traffic.EndpointAsync();
        await _traffic.Endpoints.ReplaceAsync(
            TenantId.Default, SimulatedTraffic.Live, new EndpointDefinition(endpoint.Policy, "other words"), null, default);
        await SendAsync(100, _ => Yes(0.5));

        Assert.Equal(100, (await LookAsync()).Units);
        Assert.Equal(AbTestState.Running, (await TestAsync()).State);
    }

    [Fact]
    public async Task Units_beyond_the_greatest_number_are_not_taken_in_and_the_test_ends_undecided()
    {
        await StartAsync(Plan() with { MaximumUnits = 150, Decide = AutoDecision.Stop });
        await SendAsync(200, _ => Yes(0.5));
        var report = await LookAsync();

        Assert.Equal((TestAdvice.Inconclusive, 150, 50), (report.Advice, report.Units, report.RefusedRequests));
    }

    [Fact]
    public async Task Looks_come_when_the_test_is_a_fiftieth_older_and_their_history_is_bounded()
    {
        await StartAsync(Plan());
        for (var minute = 0; minute < 300; minute++)
        {
            await _traffic.Analysis.ContinueAsync(TenantId.Default, await TestAsync(), default);
            _traffic.Time.Advance(TimeSpan.FromMinutes(1));
        }

        var looks = (await ReportAsync())?.Looks ?? [];
        Assert.InRange(looks.Count, 100, 200);
        Assert.Equal(TimeSpan.FromMinutes(1), looks[2].At - looks[1].At);
        Assert.InRange(looks[^1].At - looks[^2].At, TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(6));
        Assert.Equal(looks.OrderBy(look => look.At), looks);
    }

    [Fact]
    public void Of_too_many_looks_every_other_older_one_goes()
    {
        List<TestLook> looks = [];
        for (var look = 0; look < 1_000; look++)
        {
            looks = TestJudgement.Kept(looks, new TestLook(default(DateTimeOffset).AddMinutes(look), look, TestAdvice.Continue, 1, []));
        }

        Assert.InRange(looks.Count, 100, 200);
        Assert.Equal((0, 999), (looks[0].Units, looks[^1].Units));
        Assert.Equal(looks.Select(look => look.Units).Order(), looks.Select(look => look.Units));
    }

    private static TestPlan Plan() => new(
        SimulatedTraffic.Live,
        new TestArm("current", new EndpointTarget(SimulatedTraffic.Churn, AliasName.Champion)),
        [new TestArm("new", SimulatedTraffic.Target(2))],
        Conversion,
        MetricGoal.Increase,
        AliasName.Champion,
        MinimumUnits: 200);

    private Simulated Yes(double rate) => new(_random.NextDouble() < rate ? 1 : 0);

    private async Task StartAsync(TestPlan plan)
    {
        await _traffic.CreateEndpointAsync();
        await BeginAsync(plan);
    }

    private async Task BeginAsync(TestPlan plan)
    {
        Assert.IsType<AbTestOutcome.Saved>(await _traffic.Tests.CreateAsync(TenantId.Default, Name, plan, "ada", default));
        Assert.IsType<AbTestOutcome.Saved>(await _traffic.Start.StartAsync(TenantId.Default, Name, "ada", null, default));
    }

    /// <summary>A request each of so many new units.</summary>
    private async Task<List<Feedback>> SendAsync(int count, Func<string, Simulated?> answer)
    {
        _units += count;
        return await _traffic.RequestAsync(
            Enumerable.Range(_units - count, count).Select(unit => $"user-{unit}"), (_, arm) => answer(arm));
    }

    private async Task<AbTestReport> LookAsync() =>
        Assert.IsType<AbTestReport>(await _traffic.Analysis.LookAsync(TenantId.Default, await TestAsync(), default));

    private Task<AbTestReport?> ReportAsync() => _traffic.Analysis.FindReportAsync(TenantId.Default, Name, default);

    private async Task<AbTest> TestAsync() =>
        Assert.IsType<AbTest>(await _traffic.Tests.FindAsync(TenantId.Default, Name, default));
}
