using Mlops.Storage;

namespace Mlops.Tracking;

public sealed class RunStoreTests : IDisposable
{
    private static readonly TenantId Tenant = TrackingFixture.Tenant;
    private readonly TrackingFixture _tracking = new();

    private RunStore Runs => _tracking.Runs;

    public void Dispose() => _tracking.Dispose();

    [Fact]
    public async Task A_started_run_is_running_and_is_found_as_it_was_returned()
    {
        var run = await _tracking.StartRunAsync(name: "first", tags: new Tag("mlflow.user", "ada"));

        Assert.Equal((RunStatus.Running, "first", "1"), (run.Status, run.Name, run.ExperimentId));
        Assert.Equal($"mlflow-artifacts:/1/{run.Id}/artifacts", run.ArtifactUri);
        Assert.Equal("ada", run.Tags["mlflow.user"]);
        Assert.Equivalent(run, await _tracking.FindAsync(run));
    }

    [Fact]
    public async Task A_run_without_a_name_gets_one_and_a_name_is_also_its_tag()
    {
        var run = await _tracking.StartRunAsync();

        Assert.Matches(@"^[a-z]+-[a-z]+-\d{1,3}$", run.Name);
        Assert.Equal(run.Name, run.Tags["mlflow.runName"]);
        Assert.Equal("tagged", (await _tracking.StartRunAsync(tags: new Tag("mlflow.runName", "tagged"))).Name);
    }

    [Fact]
    public async Task A_run_whose_name_and_name_tag_differ_is_refused() =>
        await Assert.ThrowsAsync<ArgumentException>(() => _tracking.StartRunAsync(name: "a", tags: new Tag("mlflow.runName", "b")));

    [Fact]
    public async Task A_run_of_no_experiment_is_refused() =>
        await Assert.ThrowsAsync<ArgumentException>(
            () => Runs.CreateAsync(Tenant, "77", new(null, _tracking.Time.GetUtcNow(), []), default));

    [Fact]
    public async Task The_same_idempotency_key_finds_the_run_of_the_first_time()
    {
        var first = await _tracking.StartRunAsync(key: "orchestration-1/LogRun", name: "first");
        _tracking.Time.Advance(TimeSpan.FromMinutes(1));

        var second = await _tracking.StartRunAsync(key: "orchestration-1/LogRun", name: "second");

        Assert.Equivalent(first, second);
        Assert.NotEqual(first.Id, (await _tracking.StartRunAsync(key: "orchestration-2/LogRun")).Id);
    }

    [Fact]
    public async Task Racing_starts_with_one_key_make_one_run()
    {
        var runs = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => Task.Run(() => _tracking.StartRunAsync(key: "same"))));

        Assert.Single(runs.Select(run => run.Id).Distinct());
        Assert.Single((await Runs.ListAsync(Tenant, "1", 100, null, default)).Runs);
    }

    [Fact]
    public async Task A_start_that_died_before_its_commit_leaves_nothing_and_can_be_repeated()
    {
        await _tracking.Experiments.GetOrCreateAsync(Tenant, "tests", default);
        _tracking.Tables.BeforeNextCommit(() => throw new IOException("The process died."));
        await Assert.ThrowsAsync<IOException>(() => _tracking.StartRunAsync(key: "k"));

        var run = await _tracking.StartRunAsync(key: "k");

        Assert.Equal([run.Id], (await Runs.ListAsync(Tenant, "1", 100, null, default)).Runs.Select(listed => listed.Id));
    }

    [Fact]
    public async Task A_run_id_has_32_hexadecimal_digits_and_a_later_run_a_smaller_one()
    {
        var earlier = await _tracking.StartRunAsync();
        _tracking.Time.Advance(TimeSpan.FromMilliseconds(1));
        var later = await _tracking.StartRunAsync();

        Assert.Matches("^[0-9a-f]{32}$", earlier.Id);
        Assert.True(string.CompareOrdinal(later.Id, earlier.Id) < 0);
    }

    [Fact]
    public async Task Runs_are_listed_newest_first_whatever_the_order_they_were_made_in()
    {
        var experiment = await _tracking.Experiments.GetOrCreateAsync(Tenant, "tests", default);
        foreach (var minute in (int[])[3, 1, 5, 2, 4])
        {
            await Runs.CreateAsync(Tenant, experiment.Id, new($"{minute}", DateTimeOffset.UnixEpoch.AddMinutes(minute), []), default);
        }

        var first = await Runs.ListAsync(Tenant, experiment.Id, 3, null, default);
        var second = await Runs.ListAsync(Tenant, experiment.Id, 3, first.Continuation, default);

        Assert.Equal(["5", "4", "3"], first.Runs.Select(run => run.Name));
        Assert.Equal(["2", "1"], second.Runs.Select(run => run.Name));
        Assert.Null(second.Continuation);
    }

    [Fact]
    public async Task Runs_of_other_experiments_and_tenants_are_not_listed()
    {
        await _tracking.StartRunAsync();
        var other = await _tracking.Experiments.GetOrCreateAsync(Tenant, "other", default);

        Assert.Empty((await Runs.ListAsync(Tenant, other.Id, 10, null, default)).Runs);
        Assert.Empty((await Runs.ListAsync(TenantId.Parse("other"), "1", 10, null, default)).Runs);
        Assert.Empty((await Runs.ListAsync(Tenant, "none", 10, null, default)).Runs);
    }

    [Fact]
    public async Task A_continuation_that_was_not_given_out_is_refused() =>
        await Assert.ThrowsAsync<InvalidContinuationException>(() => Runs.ListAsync(Tenant, "1", 10, "bogus", default));

    [Fact]
    public async Task A_finished_run_has_its_status_and_end_and_finishing_again_changes_nothing()
    {
        var run = await _tracking.StartRunAsync();
        var end = _tracking.Time.GetUtcNow().AddMinutes(5);

        await Runs.FinishAsync(Tenant, run.Id, RunStatus.Finished, end, default);
        var again = Assert.IsType<RunChangeOutcome.Changed>(await Runs.FinishAsync(Tenant, run.Id, RunStatus.Finished, end, default)).Run;

        Assert.Equal((RunStatus.Finished, end), (again.Status, again.EndTime));
        Assert.Equivalent(again, await _tracking.FindAsync(run));
    }

    [Fact]
    public async Task A_run_does_not_end_as_running()
    {
        var run = await _tracking.StartRunAsync();

        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            () => Runs.FinishAsync(Tenant, run.Id, RunStatus.Running, _tracking.Time.GetUtcNow(), default));
    }

    [Fact]
    public async Task Renaming_sets_the_name_tag_and_setting_the_name_tag_renames()
    {
        var run = await _tracking.StartRunAsync(name: "old");

        var renamed = Assert.IsType<RunChangeOutcome.Changed>(await Runs.ChangeAsync(Tenant, run.Id, new(Name: "new"), null, default)).Run;
        var tagged = await _tracking.LogAsync(run, RunBatch.OfTags(new Tag("mlflow.runName", "newer")));

        Assert.Equal("new", renamed.Tags["mlflow.runName"]);
        Assert.Equal("newer", tagged.Name);
    }

    [Fact]
    public async Task A_status_or_stage_that_there_is_not_is_refused()
    {
        var run = await _tracking.StartRunAsync();

        var outcome = await Runs.ChangeAsync(Tenant, run.Id, new((RunStatus)17, LifecycleStage: (LifecycleStage)17), null, default);

        var objections = Assert.IsType<RunChangeOutcome.Refused>(outcome).Objections;
        Assert.Equal(["status", "lifecycleStage"], objections.Select(objection => objection.Field));
    }

    [Fact]
    public async Task A_change_based_on_an_old_tag_is_stale()
    {
        var run = await _tracking.StartRunAsync();
        await _tracking.LogAsync(run, RunBatch.OfTags(new Tag("a", "b")));

        Assert.IsType<RunChangeOutcome.Stale>(await Runs.ChangeAsync(Tenant, run.Id, new(RunStatus.Failed), run.ETag, default));
        Assert.Equal(RunStatus.Running, (await _tracking.FindAsync(run)).Status);
    }

    [Fact]
    public async Task A_change_that_meets_another_is_made_after_it()
    {
        var run = await _tracking.StartRunAsync();
        _tracking.Tables.BeforeNextCommit(() => _tracking.LogAsync(run, RunBatch.OfTags(new Tag("other", "there"))));

        await Runs.FinishAsync(Tenant, run.Id, RunStatus.Failed, _tracking.Time.GetUtcNow(), default);

        var found = await _tracking.FindAsync(run);
        Assert.Equal((RunStatus.Failed, "there"), (found.Status, found.Tags["other"]));
    }

    [Fact]
    public async Task A_deleted_run_takes_no_changes_and_is_not_listed_until_it_is_restored()
    {
        var run = await _tracking.StartRunAsync();
        await Runs.ChangeAsync(Tenant, run.Id, new(LifecycleStage: LifecycleStage.Deleted), null, default);

        Assert.IsType<RunChangeOutcome.Refused>(await Runs.ChangeAsync(Tenant, run.Id, new(RunStatus.Failed), null, default));
        Assert.Equal("runId", (await _tracking.RefusedAsync(run, RunBatch.OfTags(new Tag("a", "b"))))[0].Field);
        Assert.Empty((await Runs.ListAsync(Tenant, "1", 10, null, default)).Runs);

        await Runs.ChangeAsync(Tenant, run.Id, new(LifecycleStage: LifecycleStage.Active), null, default);
        Assert.Single((await Runs.ListAsync(Tenant, "1", 10, null, default)).Runs);
    }

    [Theory]
    [InlineData("0000000100000000000000000000ffff")]
    [InlineData("nope")]
    [InlineData("")]
    [InlineData("00000001FFFFFFFFFFFFFFFFFFFFFFFF")]
    public async Task What_is_no_id_of_a_run_finds_none(string id)
    {
        Assert.Null(await Runs.FindAsync(Tenant, id, default));
        Assert.IsType<LogOutcome.UnknownRun>(await Runs.LogBatchAsync(Tenant, id, RunBatch.OfMetrics(new Metric("a", 1, 1)), default));
        Assert.IsType<RunChangeOutcome.UnknownRun>(await Runs.ChangeAsync(Tenant, id, new(RunStatus.Failed), null, default));
        Assert.Null(await Runs.MetricHistoryAsync(Tenant, id, "a", 10, null, default));
    }
}
