namespace Mlops.Registry;

public sealed class AliasTests : IDisposable
{
    private readonly RegistryOnDisk _registry = new();

    private ModelStore Models => _registry.Models;

    public void Dispose() => _registry.Dispose();

    [Fact]
    public async Task An_alias_names_the_version_it_was_set_to()
    {
        await RegisterTwoAsync();
        await SetAsync(1);
        await SetAsync(2);

        Assert.Equal(2, (await Models.FindByAliasAsync(TenantId.Default, RegistryOnDisk.Churn, AliasName.Champion, default))?.Number);
        Assert.Null(await Models.FindByAliasAsync(TenantId.Default, RegistryOnDisk.Churn, AliasName.Challenger, default));
        Assert.Equal(
            new Dictionary<AliasName, int> { [AliasName.Champion] = 2 },
            (await Models.FindAsync(TenantId.Default, RegistryOnDisk.Churn, default))?.Aliases);
    }

    [Fact]
    public async Task Who_was_champion_at_an_instant_can_be_asked()
    {
        await RegisterTwoAsync();
        var start = _registry.Time.GetUtcNow();
        await AtDayAsync(1, () => SetAsync(1));
        await AtDayAsync(2, () => SetAsync(2));
        await AtDayAsync(3, RemoveAsync);
        await AtDayAsync(4, () => SetAsync(1));

        Assert.Equal([null, 1, 1, 2, 2, null, null, 1, 1], await Task.WhenAll(Enumerable.Range(1, 9).Select(ChampionAtHalfDayAsync)));

        async Task<int?> ChampionAtHalfDayAsync(int half) => (await Models.AliasAsOfAsync(
            TenantId.Default, RegistryOnDisk.Churn, AliasName.Champion, start.AddDays(half / 2.0), default))?.Version;
    }

    [Fact]
    public async Task The_past_of_one_alias_is_not_that_of_another_with_a_longer_name()
    {
        await RegisterTwoAsync();
        await Models.SetAliasAsync(TenantId.Default, RegistryOnDisk.Churn, AliasName.Parse("champion-eu"), 1, "ada", null, default);

        Assert.Null(await Models.AliasAsOfAsync(
            TenantId.Default, RegistryOnDisk.Churn, AliasName.Champion, DateTimeOffset.MaxValue, default));
    }

    [Fact]
    public async Task Two_moves_in_one_instant_are_told_in_order_and_so_are_moves_after_the_clock_was_set_back()
    {
        await RegisterTwoAsync();
        var now = _registry.Time.GetUtcNow();
        await SetAsync(1);
        await SetAsync(2);
        var late = new ModelStore(_registry.Storage.Tables, new FakeTimeProvider(now.AddHours(-1)));
        await late.SetAliasAsync(TenantId.Default, RegistryOnDisk.Churn, AliasName.Champion, 1, "ada", null, default);

        var asOf = await Models.AliasAsOfAsync(TenantId.Default, RegistryOnDisk.Churn, AliasName.Champion, now, default);
        Assert.Equal((1, now), (asOf?.Version, asOf?.Since));
        Assert.All(await _registry.HistoryAsync(), entry => Assert.Equal(now, entry.At));
    }

    [Fact]
    public async Task Setting_an_alias_to_where_it_is_changes_nothing()
    {
        await RegisterTwoAsync();
        var first = Assert.IsType<AliasOutcome.Set>(await SetAsync(1)).Assignment;
        var entries = (await _registry.HistoryAsync()).Count;

        Assert.Equal(first, Assert.IsType<AliasOutcome.Set>(await SetAsync(1)).Assignment);
        Assert.Equal(entries, (await _registry.HistoryAsync()).Count);
    }

    [Fact]
    public async Task A_stale_assignment_or_removal_changes_nothing()
    {
        await RegisterTwoAsync();
        var seen = Assert.IsType<AliasOutcome.Set>(await SetAsync(1)).Assignment;
        await SetAsync(2);

        Assert.IsType<AliasOutcome.Stale>(await SetAsync(1, seen.ETag));
        Assert.IsType<AliasOutcome.Stale>(await Models.RemoveAliasAsync(
            TenantId.Default, RegistryOnDisk.Churn, AliasName.Champion, "ada", seen.ETag, default));
        Assert.Equal(2, (await Models.FindAliasAsync(TenantId.Default, RegistryOnDisk.Churn, AliasName.Champion, default))?.Version);
    }

    [Fact]
    public async Task Of_racing_conditional_moves_one_wins()
    {
        await RegisterTwoAsync();
        var seen = Assert.IsType<AliasOutcome.Set>(await SetAsync(1)).Assignment;

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => SetAsync(2, seen.ETag))));

        Assert.Single(outcomes, outcome => outcome is AliasOutcome.Set);
        Assert.Equal(15, outcomes.Count(outcome => outcome is AliasOutcome.Stale));
    }

    [Fact]
    public async Task Removing_an_alias_that_is_not_there_is_no_change()
    {
        await RegisterTwoAsync();
        var entries = (await _registry.HistoryAsync()).Count;

        Assert.IsType<AliasOutcome.Removed>(await RemoveAsync());
        Assert.Equal(entries, (await _registry.HistoryAsync()).Count);
    }

    [Fact]
    public async Task History_tells_who_moved_what_from_where_newest_first_page_by_page()
    {
        await RegisterTwoAsync();
        await SetAsync(1);
        await SetAsync(2);

        var page = await Models.HistoryAsync(TenantId.Default, RegistryOnDisk.Churn, 1, null, default);
        var rest = await Models.HistoryAsync(TenantId.Default, RegistryOnDisk.Churn, 10, page.Continuation, default);

        Assert.Equal(
            new HistoryEntry(5, _registry.Time.GetUtcNow(), "ada", HistoryKind.AliasSet, 2, AliasName.Champion, "1", "2"),
            Assert.Single(page.Entries));
        Assert.Equal(
            [HistoryKind.AliasSet, HistoryKind.VersionRegistered, HistoryKind.VersionRegistered, HistoryKind.ModelCreated],
            rest.Entries.Select(entry => entry.Kind));
    }

    [Fact]
    public async Task An_alias_needs_a_version_that_is_there()
    {
        await RegisterTwoAsync();

        Assert.IsType<AliasOutcome.UnknownVersion>(await SetAsync(3));
        Assert.IsType<AliasOutcome.UnknownModel>(await Models.SetAliasAsync(
            TenantId.Default, ModelName.Parse("other"), AliasName.Champion, 1, "ada", null, default));
    }

    private async Task RegisterTwoAsync()
    {
        await _registry.RegisterAsync("a");
        await _registry.RegisterAsync("b");
    }

    private Task<AliasOutcome> SetAsync(int number, string? ifMatch = null) =>
        Models.SetAliasAsync(TenantId.Default, RegistryOnDisk.Churn, AliasName.Champion, number, "ada", ifMatch, default);

    private Task<AliasOutcome> RemoveAsync() =>
        Models.RemoveAliasAsync(TenantId.Default, RegistryOnDisk.Churn, AliasName.Champion, "ada", null, default);

    private async Task AtDayAsync(int day, Func<Task> act)
    {
        _registry.Time.AdvanceTo(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddDays(day));
        await act();
    }
}
