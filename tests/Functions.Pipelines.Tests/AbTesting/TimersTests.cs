using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Mlops.AbTesting;
using Mlops.Registry;
using Mlops.Serving;
using Mlops.Storage;

namespace Mlops.Pipelines.AbTesting;

public sealed class TimersTests : IAsyncDisposable
{
    private static readonly ModelName Churn = ModelName.Parse("churn");
    private static readonly EndpointName Live = EndpointName.Parse("live");

    private readonly TempFolder _folder = new();
    private readonly ServiceProvider _services;

    public TimersTests() => _services = new ServiceCollection()
        .AddLogging()
        .AddSingleton<TimeProvider>(new FakeTimeProvider())
        .AddSingleton<IdSource>(new SequentialIds())
        .AddSqliteStorage(_folder.Path)
        .AddRegistry()
        .AddServing()
        .AddAbTesting()
        .BuildServiceProvider();

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Bandits_without_rewards_are_left_as_they_are_for_every_tenant()
    {
        foreach (var tenant in new[] { TenantId.Default, TenantId.Parse("other") })
        {
            await CreateAsync(tenant, new TrafficPolicy(
                PolicyKind.Bandit, [new Arm("a", Target(1)), new Arm("b", Target(2))], "salt", Bandit: new BanditSettings()));
        }

        await Make<LearnBandits>().RunAsync(new TimerInfo(), default);

        Assert.Null((await EndpointAsync())?.Learned);
    }

    [Fact]
    public async Task A_running_test_is_looked_at_and_one_that_was_ending_ends()
    {
        await CreateAsync(TenantId.Default, TrafficPolicy.Only(Target(1)));
        var tests = Get<AbTestStore>();
        var name = AbTestName.Parse("ranking");
        var plan = new TestPlan(
            Live,
            new TestArm("current", Target(1)),
            [new TestArm("new", Target(2))],
            new TestMetric(MetricKind.Reward),
            MetricGoal.Increase,
            AliasName.Champion);
        await tests.CreateAsync(TenantId.Default, name, plan, "ada", default);
        await Get<AbTestStart>().StartAsync(TenantId.Default, name, "ada", null, default);
        await Make<ContinueAbTests>().RunAsync(new TimerInfo(), default);

        Assert.Equal(TestAdvice.Continue, (await Get<AbTestAnalysis>().FindReportAsync(TenantId.Default, name, default))?.Advice);

        await Get<EndpointStore>().DeleteAsync(TenantId.Default, Live, null, default);
        ((FakeTimeProvider)Get<TimeProvider>()).Advance(TimeSpan.FromMinutes(1));
        await Make<ContinueAbTests>().RunAsync(new TimerInfo(), default);
        Assert.Equal(AbTestState.Ended, (await tests.FindAsync(TenantId.Default, name, default))?.State);
    }

    private T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    private T Make<T>() => ActivatorUtilities.CreateInstance<T>(_services);

    private static EndpointTarget Target(int version) => new(Churn, version: version);

    private async Task CreateAsync(TenantId tenant, TrafficPolicy policy)
    {
        var models = Get<ModelStore>();
        await models.GetOrCreateAsync(tenant, Churn, "ada", default);
        foreach (var key in new[] { "one", "two" })
        {
            var registration = new VersionRegistration(
                key,
                new VersionFolder("folder-" + key, 16, new string('a', 64)),
                new ModelSignature([], "left", TaskType.Binary, ["no", "yes"]),
                new Dictionary<string, double>(),
                new Dictionary<string, string>());
            await models.RegisterVersionAsync(tenant, Churn, registration, "ada", default);
        }

        Assert.IsType<EndpointOutcome.Saved>(
            await Get<EndpointStore>().CreateAsync(tenant, Live, new EndpointDefinition(policy), "ada", default));
    }

    private Task<Endpoint?> EndpointAsync() => Get<EndpointStore>().FindAsync(TenantId.Default, Live, default);
}
