using Mlops.Serving;

namespace Mlops.AbTesting;

public sealed class BanditLearningTests : IAsyncDisposable
{
    private readonly SimulatedTraffic _traffic = new();
    private readonly DeterministicRandom _random = new(42);

    public ValueTask DisposeAsync() => _traffic.DisposeAsync();

    [Theory]
    [InlineData(BanditAlgorithm.Thompson, 0.9)]
    [InlineData(BanditAlgorithm.EpsilonGreedy, 0.9)]
    [InlineData(BanditAlgorithm.Ucb1, 0.9)]
    public async Task A_bandit_gives_the_better_arm_most_and_the_other_its_floor(BanditAlgorithm algorithm, double most)
    {
        await CreateAsync(new BanditSettings(algorithm, Floor: 0.05));
        for (var minute = 0; minute < 12; minute++)
        {
            await _traffic.RequestAsync(Units(minute, 100), Answer);
            await LearnAsync();
            _traffic.Time.Advance(TimeSpan.FromMinutes(1));
        }

        var shares = await SharesAsync();
        Assert.InRange(shares["better"], most, 0.95 + 1e-12);
        Assert.InRange(shares["worse"], 0.05 - 1e-12, 1 - most);
        Assert.Equal(1, shares.Values.Sum(), 1e-12);
    }

    [Fact]
    public async Task Feedback_that_comes_again_and_runs_that_come_again_count_once()
    {
        await CreateAsync(new BanditSettings());
        var feedback = await _traffic.RequestAsync(Units(0, 40), Answer);
        Assert.True(await LearnAsync());
        var once = await SharesAsync();

        Assert.False(await LearnAsync());
        await _traffic.RecordAsync(feedback);
        await _traffic.RecordAsync(feedback.Take(7));
        Assert.False(await LearnAsync());
        Assert.Equal(once, await SharesAsync());
    }

    [Fact]
    public async Task A_reward_that_comes_days_late_counts_as_if_it_had_come_at_once()
    {
        await CreateAsync(new BanditSettings());
        await _traffic.RequestAsync(["a", "b", "c", "d", "e", "f", "g"], (_, arm) => new Simulated(arm is "better" ? 1 : 0));
        await LearnAsync();
        var expected = await SharesAsync();

        await using var other = new SimulatedTraffic();
        await other.CreateEndpointAsync(Policy(new BanditSettings()));
        await other.RequestAsync(["a", "b", "c", "d", "e", "f", "g"], (_, _) => new Simulated());
        Assert.False(await other.Learning.LearnAsync(TenantId.Default, await other.EndpointAsync(), default));
        other.Time.Advance(TimeSpan.FromDays(3));
        var late = new List<Feedback>();
        await foreach (var (entry, _) in other.Predictions.ReadAsync(
            TenantId.Default, SimulatedTraffic.Live, new LogRange(other.Time.GetUtcNow().AddDays(-4), other.Time.GetUtcNow()), default))
        {
            // The end of the log may be missing still: its hour is closed in the background.
            if (entry is LogEntry.Record record)
            {
                late.Add(new Feedback(record.Head.Id, 0, other.Time.GetUtcNow(), Reward: record.Head.Arm is "better" ? 1 : 0));
            }
        }

        await other.RecordAsync(late);
        Assert.True(await other.Learning.LearnAsync(TenantId.Default, await other.EndpointAsync(), default));

        Assert.Equal(expected, (await other.EndpointAsync()).Learned?.Shares);
    }

    [Fact]
    public async Task An_hour_in_which_nothing_happened_since_is_not_read_again()
    {
        await CreateAsync(new BanditSettings());
        await _traffic.RequestAsync(Units(0, 20), Answer);
        await LearnAsync();
        _traffic.Time.Advance(TimeSpan.FromHours(2));
        await _traffic.RequestAsync(Units(1, 20), Answer);

        // Two batches and the end of the hour that is over, which changes its mark too.
        await Eventually.TrueAsync(() => _traffic.Blobs.Appended is 3);
        await LearnAsync();
        var opened = _traffic.Blobs.Opens;

        await LearnAsync();
        Assert.Equal(opened, _traffic.Blobs.Opens);
        await _traffic.RequestAsync(Units(2, 20), Answer);
        await LearnAsync();
        Assert.Equal(opened + 1, _traffic.Blobs.Opens);
    }

    [Fact]
    public async Task An_arm_with_another_target_begins_anew_and_the_others_keep_what_is_known()
    {
        await CreateAsync(new BanditSettings(BanditAlgorithm.EpsilonGreedy, Epsilon: 0.1, Floor: 0));
        await _traffic.RequestAsync(Units(0, 50), (_, arm) => new Simulated(arm is "better" ? 1 : 0));
        await LearnAsync();
        Assert.Equal(0.95, (await SharesAsync())["better"], 1e-12);

        // Of the new target nothing is known, so that it is tried.
        var policy = Policy(new BanditSettings(BanditAlgorithm.EpsilonGreedy, Epsilon: 0.1, Floor: 0));
        policy = policy with { Arms = [policy.Arms[0] with { Target = SimulatedTraffic.Target(3) }, policy.Arms[1]] };
        Assert.IsType<EndpointOutcome.Saved>(await _traffic.Endpoints.ReplaceAsync(
            TenantId.Default, SimulatedTraffic.Live, new EndpointDefinition(policy), null, default));
        await LearnAsync();
        Assert.Equal(0.95, (await SharesAsync())["worse"], 1e-12);

        await _traffic.RequestAsync(Units(1, 50), (_, _) => new Simulated(0));
        await LearnAsync();
        Assert.Equal(0.95, (await SharesAsync())["better"], 1e-12);
    }

    [Fact]
    public async Task What_is_old_fades_by_the_discount_of_a_day()
    {
        await CreateAsync(new BanditSettings(BanditAlgorithm.EpsilonGreedy, Epsilon: 0, Floor: 0, Discount: 0.5));
        await _traffic.RequestAsync(Units(0, 60), (_, arm) => new Simulated(arm is "better" ? 1 : 0.5));
        _traffic.Time.Advance(TimeSpan.FromDays(8));
        await _traffic.RequestAsync(Units(1, 20), (_, arm) => new Simulated(arm is "better" ? 0 : 0.5));
        await LearnAsync();

        Assert.Equal(1, (await SharesAsync())["worse"], 1e-9);
    }

    [Fact]
    public async Task Rewards_beyond_0_to_1_and_absurd_ones_are_learned_from()
    {
        await CreateAsync(new BanditSettings());
        await _traffic.RequestAsync(Units(0, 60), (unit, arm) => new Simulated(arm is "better" ? 900 + unit.Length : -1e308));
        await LearnAsync();

        Assert.True((await SharesAsync())["better"] > 0.9);
    }

    private Simulated Answer(string unit, string arm) => new(_random.NextDouble() < (arm is "better" ? 0.6 : 0.2) ? 1 : 0);

    private Task CreateAsync(BanditSettings settings) => _traffic.CreateEndpointAsync(Policy(settings));

    private static TrafficPolicy Policy(BanditSettings settings) => new(
        PolicyKind.Bandit,
        [new Arm("worse", SimulatedTraffic.Target(1)), new Arm("better", SimulatedTraffic.Target(2))],
        "bandit",
        Bandit: settings);

    private async Task<bool> LearnAsync() =>
        await _traffic.Learning.LearnAsync(TenantId.Default, await _traffic.EndpointAsync(), default);

    private async Task<IReadOnlyDictionary<string, double>> SharesAsync() =>
        Assert.IsType<LearnedShares>((await _traffic.EndpointAsync()).Learned).Shares;

    private static IEnumerable<string> Units(int round, int count) => Enumerable.Range(0, count).Select(unit => $"{round}-{unit}");
}
