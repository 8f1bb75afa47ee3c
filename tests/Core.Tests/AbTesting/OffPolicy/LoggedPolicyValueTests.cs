using Mlops.Serving;

namespace Mlops.AbTesting;

public sealed class LoggedPolicyValueTests : IAsyncDisposable
{
    private readonly SimulatedTraffic _traffic = new();
    private readonly DeterministicRandom _random = new(3);

    public ValueTask DisposeAsync() => _traffic.DisposeAsync();

    [Fact]
    public async Task An_arm_that_got_a_fifth_of_the_requests_is_told_what_it_would_have_earned_with_all()
    {
        await CreateAsync(4, 1);
        await _traffic.RequestAsync(Units(3_000), (_, arm) => new Simulated(_random.NextDouble() < (arm is "b" ? 0.7 : 0.2) ? 1 : 0));
        var report = await EstimateAsync(("b", 1));

        Assert.Equal(3_000, report.Requests);
        Assert.InRange(report.EffectiveRequests, 500, 700);
        Assert.InRange(report.Logged?.Value ?? 0, 0.27, 0.33);
        foreach (var estimate in new[] { report.InversePropensity, report.SelfNormalized, report.DoublyRobust })
        {
            Assert.InRange(0.7, estimate?.Low ?? 0, estimate?.High ?? 0);
        }

        Assert.True(report.DoublyRobust?.StandardError < report.InversePropensity?.StandardError);
        Assert.Null(report.Warning);
    }

    [Fact]
    public async Task Shares_need_not_sum_to_1_and_those_that_were_logged_give_what_was_earned()
    {
        await CreateAsync(3, 1);
        await _traffic.RequestAsync(Units(400), (_, arm) => new Simulated(arm is "b" ? 2 : 1));
        var report = await EstimateAsync(("a", 6), ("b", 2));

        Assert.Equal(report.Logged?.Value ?? 0, report.InversePropensity?.Value ?? 1, 1e-9);
        Assert.Equal(400, report.EffectiveRequests, 1e-6);
    }

    [Fact]
    public async Task An_arm_that_never_answered_cannot_be_estimated()
    {
        await CreateAsync(1, 0);
        await _traffic.RequestAsync(Units(50), (_, _) => new Simulated(1));

        var report = await EstimateAsync(("b", 1));
        Assert.Contains("no overlap", report.Refusal, StringComparison.Ordinal);
        Assert.Null(report.InversePropensity);
    }

    [Fact]
    public async Task Without_rewards_there_is_nothing_to_estimate_from()
    {
        await CreateAsync(1, 1);
        await _traffic.RequestAsync(Units(50), (_, _) => new Simulated());

        Assert.StartsWith("0 predictions", (await EstimateAsync(("b", 1))).Refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Few_requests_are_warned_of()
    {
        await CreateAsync(1, 1);
        await _traffic.RequestAsync(Units(20), (_, _) => new Simulated(1));

        Assert.NotNull((await EstimateAsync(("b", 1))).Warning);
    }

    private Task CreateAsync(double a, double b) => _traffic.CreateEndpointAsync(new TrafficPolicy(
        PolicyKind.AbTest, [new Arm("a", SimulatedTraffic.Target(1), a), new Arm("b", SimulatedTraffic.Target(2), b)], "salt"));

    private Task<PolicyValueReport> EstimateAsync(params (string Arm, double Share)[] shares) =>
        new LoggedPolicyValue(_traffic.Predictions).EstimateAsync(
            TenantId.Default,
            SimulatedTraffic.Live,
            new LogRange(_traffic.Time.GetUtcNow().AddDays(-1), _traffic.Time.GetUtcNow().AddDays(1)),
            shares.ToDictionary(share => share.Arm, share => share.Share, StringComparer.Ordinal),
            null,
            0.95,
            default);

    private static IEnumerable<string> Units(int count) => Enumerable.Range(0, count).Select(unit => $"user-{unit}");
}
