using Mlops.Data;

namespace Mlops.Registry;

public sealed class ModelVersionTests : IDisposable
{
    private static readonly GateVerdict Failed = new(false, [new GateFinding("rocAuc at least 0.95", false, "it is 0.93")]);

    private readonly RegistryOnDisk _registry = new();

    private ModelStore Models => _registry.Models;

    public void Dispose() => _registry.Dispose();

    [Fact]
    public async Task A_version_is_found_as_it_was_registered()
    {
        var registered = await _registry.RegisterAsync("a", Failed);
        var found = await Models.FindVersionAsync(TenantId.Default, RegistryOnDisk.Churn, 1, default);

        Assert.NotNull(found);
        Assert.Equal((1, Stage.None, "ada", "run-1", "folder-a"), (found.Number, found.Stage, found.CreatedBy, found.RunId, found.Folder));
        Assert.Equal(RegistryOnDisk.Signature.Features, found.Signature.Features);
        Assert.Equal((0.93, "2026-01", registered.ETag), (found.Metrics["rocAuc"], found.Tags["data"], found.ETag));
        Assert.Equal(Failed.Findings, found.Verdict?.Findings);
    }

    [Fact]
    public async Task Registering_again_with_the_same_key_gives_the_same_version()
    {
        await _registry.RegisterAsync("a");
        await _registry.RegisterAsync("b");

        var again = await Models.RegisterVersionAsync(
            TenantId.Default, RegistryOnDisk.Churn, RegistryOnDisk.Registration("a"), "eve", default);

        Assert.Equal(1, Assert.IsType<RegistrationOutcome.AlreadyRegistered>(again).Version.Number);
        Assert.Equal(2, (await Models.FindAsync(TenantId.Default, RegistryOnDisk.Churn, default))?.LatestVersion);
        Assert.Equal(3, (await _registry.HistoryAsync()).Count);
    }

    [Fact]
    public async Task A_key_with_another_fingerprint_is_taken()
    {
        await _registry.CreateChurnAsync();
        var registration = RegistryOnDisk.Registration("key") with { Fingerprint = "one" };
        await RegisterAsync(registration);

        Assert.IsType<RegistrationOutcome.AlreadyRegistered>(await RegisterAsync(registration));
        Assert.Equal(1, Assert.IsType<RegistrationOutcome.KeyTaken>(await RegisterAsync(registration with { Fingerprint = "two" })).Version);
        Assert.IsType<RegistrationOutcome.KeyTaken>(await RegisterAsync(registration with { Fingerprint = null }));

        Task<RegistrationOutcome> RegisterAsync(VersionRegistration one) =>
            _registry.Models.RegisterVersionAsync(TenantId.Default, RegistryOnDisk.Churn, one, "ada", default);
    }

    [Fact]
    public async Task Racing_registrations_of_one_key_make_one_version()
    {
        await _registry.CreateChurnAsync();

        var outcomes = await RaceAsync(_ => "the same");

        Assert.Single(outcomes, outcome => outcome is RegistrationOutcome.Registered);
        Assert.Equal(15, outcomes.Count(outcome => outcome is RegistrationOutcome.AlreadyRegistered { Version.Number: 1 }));
        Assert.Single((await Models.ListVersionsAsync(TenantId.Default, RegistryOnDisk.Churn, 100, null, default)).Versions);
    }

    [Fact]
    public async Task Racing_registrations_of_different_keys_get_every_number_once()
    {
        await _registry.CreateChurnAsync();

        var outcomes = await RaceAsync(i => $"key-{i}");

        var numbers = outcomes.Cast<RegistrationOutcome.Registered>().Select(outcome => outcome.Version.Number).Order();
        Assert.Equal(Enumerable.Range(1, 16), numbers);
        var sequence = (await _registry.HistoryAsync()).Select(entry => (int)entry.Sequence);
        Assert.Equal(Enumerable.Range(1, 17).Reverse(), sequence);
    }

    [Fact]
    public async Task Versions_are_listed_newest_first_page_by_page()
    {
        foreach (var key in new[] { "a", "b", "c" })
        {
            await _registry.RegisterAsync(key);
        }

        var first = await Models.ListVersionsAsync(TenantId.Default, RegistryOnDisk.Churn, 2, null, default);
        var second = await Models.ListVersionsAsync(TenantId.Default, RegistryOnDisk.Churn, 2, first.Continuation, default);

        Assert.Equal([3, 2, 1], first.Versions.Concat(second.Versions).Select(version => version.Number));
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    public async Task A_key_has_1_to_512_characters(string? key)
    {
        await _registry.CreateChurnAsync();

        Assert.IsType<RegistrationOutcome.Refused>(await Models.RegisterVersionAsync(
            TenantId.Default, RegistryOnDisk.Churn, RegistryOnDisk.Registration(key ?? new string('k', 513)), "ada", default));
    }

    [Fact]
    public async Task A_signature_that_does_not_fit_a_row_is_refused()
    {
        await _registry.CreateChurnAsync();
        var features = Enumerable.Range(0, 20_000).Select(i => new ColumnSchema($"{i:D40}", ColumnType.Number, true)).ToList();
        var registration = RegistryOnDisk.Registration("wide") with { Signature = RegistryOnDisk.Signature with { Features = features } };

        Assert.IsType<RegistrationOutcome.Refused>(
            await Models.RegisterVersionAsync(TenantId.Default, RegistryOnDisk.Churn, registration, "ada", default));
    }

    [Fact]
    public async Task A_stale_edit_or_move_of_a_version_changes_nothing()
    {
        var seen = await _registry.RegisterAsync("a");
        await Models.UpdateVersionAsync(TenantId.Default, RegistryOnDisk.Churn, 1, new Edit("mine"), "ada", seen.ETag, default);

        Assert.IsType<VersionOutcome.Stale>(await Models.UpdateVersionAsync(
            TenantId.Default, RegistryOnDisk.Churn, 1, new Edit("theirs"), "bob", seen.ETag, default));
        Assert.IsType<VersionOutcome.Stale>(await MoveAsync(1, Stage.Staging, ifMatch: seen.ETag));
        var found = await Models.FindVersionAsync(TenantId.Default, RegistryOnDisk.Churn, 1, default);
        Assert.Equal(("mine", Stage.None), (found?.Description, found?.Stage));
    }

    [Fact]
    public async Task A_verdict_can_be_added_later()
    {
        await _registry.RegisterAsync("a");

        await Models.UpdateVersionAsync(TenantId.Default, RegistryOnDisk.Churn, 1, new Edit(Verdict: Failed), "ada", null, default);

        Assert.False((await Models.FindVersionAsync(TenantId.Default, RegistryOnDisk.Churn, 1, default))?.Verdict?.Passed);
    }

    [Fact]
    public async Task A_version_moves_between_any_stages_and_history_tells()
    {
        await _registry.RegisterAsync("a");
        foreach (var stage in new[] { Stage.Staging, Stage.Production, Stage.Archived, Stage.Production, Stage.None })
        {
            Assert.Equal(stage, Assert.IsType<VersionOutcome.Changed>(await MoveAsync(1, stage)).Version.Stage);
        }

        Assert.Equal(
            ["Production>None", "Archived>Production", "Production>Archived", "Staging>Production", "None>Staging"],
            from entry in await _registry.HistoryAsync()
            where entry.Kind is HistoryKind.StageMoved
            select $"{entry.From}>{entry.To}");
    }

    [Fact]
    public async Task A_version_that_failed_its_gates_does_not_reach_production()
    {
        await _registry.RegisterAsync("a", Failed);

        var refused = Assert.IsType<VersionOutcome.Refused>(await MoveAsync(1, Stage.Production));
        Assert.Equal("Version 1 failed its gates: rocAuc at least 0.95 (it is 0.93).", refused.Reason);
        Assert.IsType<VersionOutcome.Changed>(await MoveAsync(1, Stage.Staging));
    }

    [Fact]
    public async Task Moving_to_where_a_version_is_changes_nothing()
    {
        await _registry.RegisterAsync("a");
        await MoveAsync(1, Stage.Staging);
        var generation = await Models.GenerationAsync(TenantId.Default, RegistryOnDisk.Churn, default);

        Assert.IsType<VersionOutcome.Changed>(await MoveAsync(1, Stage.Staging));
        Assert.Equal(generation, await Models.GenerationAsync(TenantId.Default, RegistryOnDisk.Churn, default));
    }

    [Fact]
    public async Task Taking_a_stage_over_archives_the_others_in_it()
    {
        foreach (var key in new[] { "a", "b", "c", "d" })
        {
            await _registry.RegisterAsync(key);
        }

        await MoveAsync(1, Stage.Production);
        await MoveAsync(2, Stage.Production);
        await MoveAsync(3, Stage.Staging);
        await MoveAsync(4, Stage.Production, archiveExisting: true);

        var versions = (await Models.ListVersionsAsync(TenantId.Default, RegistryOnDisk.Churn, 10, null, default)).Versions;
        Assert.Equal([Stage.Production, Stage.Staging, Stage.Archived, Stage.Archived], versions.Select(version => version.Stage));
    }

    [Fact]
    public async Task Only_staging_and_production_can_be_taken_over()
    {
        await _registry.RegisterAsync("a");

        Assert.IsType<VersionOutcome.Refused>(await MoveAsync(1, Stage.Archived, archiveExisting: true));
    }

    [Fact]
    public async Task Unknown_versions_are_told_from_unknown_models()
    {
        Assert.IsType<VersionOutcome.UnknownModel>(await MoveAsync(1, Stage.Staging));
        await _registry.CreateChurnAsync();
        Assert.IsType<VersionOutcome.UnknownVersion>(await MoveAsync(1, Stage.Staging));
        Assert.Null(await Models.FindVersionAsync(TenantId.Default, RegistryOnDisk.Churn, 0, default));
    }

    private Task<VersionOutcome> MoveAsync(int number, Stage stage, bool archiveExisting = false, string? ifMatch = null) =>
        Models.MoveStageAsync(TenantId.Default, RegistryOnDisk.Churn, number, stage, archiveExisting, "ada", ifMatch, default);

    private Task<RegistrationOutcome[]> RaceAsync(Func<int, string> key) => Task.WhenAll(Enumerable.Range(0, 16).Select(i => Task.Run(
        () => Models.RegisterVersionAsync(TenantId.Default, RegistryOnDisk.Churn, RegistryOnDisk.Registration(key(i)), "ada", default))));
}
