using Mlops.Storage;

namespace Mlops.Registry;

public sealed class ModelStoreTests : IDisposable
{
    private static readonly Dictionary<string, string> NoTags = [];

    private readonly RegistryOnDisk _registry = new();

    private ModelStore Models => _registry.Models;

    public void Dispose() => _registry.Dispose();

    [Fact]
    public async Task A_model_is_found_as_it_was_created()
    {
        var tags = new Dictionary<string, string> { ["team"] = "retention" };
        var outcome = await Models.CreateAsync(TenantId.Default, RegistryOnDisk.Churn, "Who leaves", tags, "ada", default);

        var created = Assert.IsType<CreationOutcome.Created>(outcome).Model;
        var found = await Models.FindAsync(TenantId.Default, RegistryOnDisk.Churn, default);

        Assert.NotNull(found);
        Assert.Equal(("Who leaves", "ada", _registry.Time.GetUtcNow()), (found.Description, found.CreatedBy, found.CreatedAt));
        Assert.Equal(tags, found.Tags);
        Assert.Equal((created.ETag, 0), (found.ETag, found.LatestVersion));
    }

    [Fact]
    public async Task A_name_is_taken_once()
    {
        await _registry.CreateChurnAsync();

        Assert.IsType<CreationOutcome.AlreadyExists>(
            await Models.CreateAsync(TenantId.Default, RegistryOnDisk.Churn, null, NoTags, "bob", default));
        Assert.Equal("ada", (await Models.GetOrCreateAsync(TenantId.Default, RegistryOnDisk.Churn, "bob", default)).CreatedBy);
        Assert.Single(await _registry.HistoryAsync());
    }

    [Fact]
    public async Task Racing_to_create_a_model_makes_one()
    {
        var models = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => Task.Run(
            () => Models.GetOrCreateAsync(TenantId.Default, RegistryOnDisk.Churn, $"user-{i}", default))));

        Assert.Single(models.Select(model => model.CreatedBy).Distinct());
    }

    [Fact]
    public async Task Tenants_do_not_see_each_other()
    {
        var other = TenantId.Parse("other");
        await _registry.RegisterAsync("a");

        Assert.Null(await Models.FindAsync(other, RegistryOnDisk.Churn, default));
        Assert.Null(await Models.FindVersionAsync(other, RegistryOnDisk.Churn, 1, default));
        Assert.Empty((await Models.ListAsync(other, 10, null, default)).Models);
    }

    [Fact]
    public async Task Models_are_listed_by_name_page_by_page()
    {
        foreach (var name in new[] { "iris", "churn", "wine" })
        {
            await Models.GetOrCreateAsync(TenantId.Default, ModelName.Parse(name), "ada", default);
        }

        var first = await Models.ListAsync(TenantId.Default, 2, null, default);
        var second = await Models.ListAsync(TenantId.Default, 2, first.Continuation, default);

        Assert.Equal(["churn", "iris", "wine"], first.Models.Concat(second.Models).Select(model => model.Name.Value));
        Assert.Null(second.Continuation);
    }

    [Fact]
    public async Task A_model_whose_creation_was_cut_short_is_not_seen_and_can_be_created()
    {
        await _registry.Storage.Tables.CommitAsync(
            ModelRows.Index(TenantId.Default), [new TableWrite.Insert("churn", """{"name":"churn"}"""u8.ToArray())], default);

        Assert.Empty((await Models.ListAsync(TenantId.Default, 10, null, default)).Models);
        await _registry.CreateChurnAsync();
        Assert.Single((await Models.ListAsync(TenantId.Default, 10, null, default)).Models);
    }

    [Fact]
    public async Task An_edit_merges_tags_and_leaves_what_it_does_not_name()
    {
        await _registry.CreateChurnAsync();
        await EditAsync(new Edit("Who leaves", new Dictionary<string, string?> { ["a"] = "1", ["b"] = "2" }));
        await EditAsync(new Edit(Tags: new Dictionary<string, string?> { ["a"] = null, ["c"] = "3" }));

        var found = await Models.FindAsync(TenantId.Default, RegistryOnDisk.Churn, default);

        Assert.Equal("Who leaves", found?.Description);
        Assert.Equal(new Dictionary<string, string> { ["b"] = "2", ["c"] = "3" }, found?.Tags);
        Assert.Null(Assert.IsType<ModelOutcome.Changed>(await EditAsync(new Edit(""))).Model.Description);
    }

    [Fact]
    public async Task A_stale_edit_changes_nothing()
    {
        var seen = await _registry.CreateChurnAsync();
        await EditAsync(new Edit("first"), seen.ETag);

        Assert.IsType<ModelOutcome.Stale>(await EditAsync(new Edit("second"), seen.ETag));
        Assert.Equal("first", (await Models.FindAsync(TenantId.Default, RegistryOnDisk.Churn, default))?.Description);
    }

    [Fact]
    public async Task A_new_version_does_not_make_an_edit_of_the_model_stale()
    {
        var seen = await _registry.CreateChurnAsync();
        await _registry.RegisterAsync("a");

        Assert.IsType<ModelOutcome.Changed>(await EditAsync(new Edit("still mine"), seen.ETag));
    }

    [Theory]
    [InlineData(250, 5_000, true)]
    [InlineData(251, 1, false)]
    [InlineData(0, 1, false)]
    [InlineData(1, 5_001, false)]
    public async Task Tags_have_bounds(int keyLength, int valueLength, bool expected)
    {
        await _registry.CreateChurnAsync();

        var outcome = await EditAsync(new Edit(
            Tags: new Dictionary<string, string?> { [new string('k', keyLength)] = new string('v', valueLength) }));

        Assert.Equal(expected, outcome is ModelOutcome.Changed);
        Assert.Equal(!expected, outcome is ModelOutcome.Refused);
    }

    [Fact]
    public async Task Tags_that_fit_one_by_one_are_refused_where_a_row_cannot_hold_them_all()
    {
        await _registry.CreateChurnAsync();

        var outcome = await EditAsync(new Edit(
            Tags: Enumerable.Range(0, 100).ToDictionary(i => $"k{i}", string? (_) => new string('ü', 5_000))));

        Assert.Equal("tags", Assert.IsType<ModelOutcome.Refused>(outcome).Field);
    }

    [Fact]
    public async Task Nothing_can_be_done_to_an_unknown_model()
    {
        Assert.Null(await Models.FindAsync(TenantId.Default, RegistryOnDisk.Churn, default));
        Assert.Null(await Models.GenerationAsync(TenantId.Default, RegistryOnDisk.Churn, default));
        Assert.IsType<ModelOutcome.UnknownModel>(await EditAsync(new Edit("x")));
        Assert.IsType<RegistrationOutcome.UnknownModel>(await Models.RegisterVersionAsync(
            TenantId.Default, RegistryOnDisk.Churn, RegistryOnDisk.Registration("a"), "ada", default));
    }

    private Task<ModelOutcome> EditAsync(Edit edit, string? ifMatch = null) =>
        Models.UpdateAsync(TenantId.Default, RegistryOnDisk.Churn, edit, "ada", ifMatch, default);
}
