namespace Mlops.Tracking;

public sealed class ExperimentStoreTests : IDisposable
{
    private static readonly TenantId Tenant = TrackingFixture.Tenant;
    private readonly TrackingFixture _tracking = new();

    private ExperimentStore Experiments => _tracking.Experiments;

    public void Dispose() => _tracking.Dispose();

    [Fact]
    public async Task An_experiment_is_made_once_and_then_found_by_id_and_name()
    {
        var made = await Experiments.GetOrCreateAsync(Tenant, "breast cancer / größe", default);

        Assert.Equivalent(made, await Experiments.GetOrCreateAsync(Tenant, "breast cancer / größe", default));
        Assert.Equivalent(made, await Experiments.FindAsync(Tenant, made.Id, default));
        Assert.Equivalent(made, await Experiments.FindByNameAsync(Tenant, "breast cancer / größe", default));
    }

    [Fact]
    public async Task A_new_experiment_is_as_MLflow_would_have_it()
    {
        _tracking.Time.Advance(TimeSpan.FromHours(5));

        var made = await Experiments.GetOrCreateAsync(Tenant, "first", default);

        Assert.Equal(("1", "first", "mlflow-artifacts:/1"), (made.Id, made.Name, made.ArtifactLocation));
        Assert.Equal((LifecycleStage.Active, _tracking.Time.GetUtcNow()), (made.LifecycleStage, made.CreationTime));
    }

    [Fact]
    public async Task The_experiment_named_Default_has_the_id_zero_whenever_it_is_made()
    {
        await Experiments.GetOrCreateAsync(Tenant, "first", default);

        Assert.Equal("0", (await Experiments.GetOrCreateAsync(Tenant, "Default", default)).Id);
        Assert.Equal("2", (await Experiments.GetOrCreateAsync(Tenant, "second", default)).Id);
    }

    [Fact]
    public async Task Racing_calls_for_one_name_make_one_experiment()
    {
        var made = await Task.WhenAll(Enumerable.Range(0, 12).Select(
            _ => Task.Run(() => Experiments.GetOrCreateAsync(Tenant, "same", default))));

        Assert.Single(made.Select(experiment => experiment.Id).Distinct());
        Assert.Single((await Experiments.ListAsync(Tenant, 100, null, default)).Experiments);
    }

    [Fact]
    public async Task Racing_calls_for_different_names_get_different_numbers_without_gaps()
    {
        var made = await Task.WhenAll(Enumerable.Range(0, 12).Select(
            i => Task.Run(() => Experiments.GetOrCreateAsync(Tenant, $"name {i}", default))));

        Assert.Equal(Enumerable.Range(1, 12), made.Select(experiment => int.Parse(experiment.Id)).Order());
    }

    [Fact]
    public async Task Experiments_are_listed_newest_first_page_by_page()
    {
        for (var i = 1; i <= 5; i++)
        {
            await Experiments.GetOrCreateAsync(Tenant, $"{i}", default);
        }

        var first = await Experiments.ListAsync(Tenant, 3, null, default);
        var second = await Experiments.ListAsync(Tenant, 3, first.Continuation, default);

        Assert.Equal(["5", "4", "3"], first.Experiments.Select(experiment => experiment.Name));
        Assert.Equal(["2", "1"], second.Experiments.Select(experiment => experiment.Name));
        Assert.Null(second.Continuation);
    }

    [Theory]
    [InlineData("7")]
    [InlineData("01")]
    [InlineData("-1")]
    [InlineData("4294967296")]
    [InlineData("x")]
    [InlineData("")]
    public async Task What_is_no_id_of_an_experiment_finds_none(string id)
    {
        await Experiments.GetOrCreateAsync(Tenant, "first", default);

        Assert.Null(await Experiments.FindAsync(Tenant, id, default));
    }

    [Fact]
    public async Task Another_tenant_has_its_own_experiments()
    {
        await Experiments.GetOrCreateAsync(Tenant, "first", default);

        Assert.Null(await Experiments.FindByNameAsync(TenantId.Parse("other"), "first", default));
        Assert.Null(await Experiments.FindAsync(TenantId.Parse("other"), "1", default));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(501)]
    public Task A_name_that_is_empty_or_too_long_is_refused(int length) =>
        Assert.ThrowsAsync<ArgumentException>(() => Experiments.GetOrCreateAsync(Tenant, new('n', length), default));
}
