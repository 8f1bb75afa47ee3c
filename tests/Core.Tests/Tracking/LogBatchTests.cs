using Mlops.Storage;

namespace Mlops.Tracking;

public sealed class LogBatchTests : IDisposable
{
    private static readonly TenantId Tenant = TrackingFixture.Tenant;
    private readonly TrackingFixture _tracking = new();

    public void Dispose() => _tracking.Dispose();

    [Fact]
    public async Task A_batch_of_everything_is_all_there_afterwards()
    {
        var run = await _tracking.StartRunAsync();

        var logged = await _tracking.LogAsync(
            run, new([new("auc", 0.9, 1_000, 1), new("loss", 0.1, 1_000, 1)], [new("rounds", "100")], [new("note", "good")]));

        Assert.Equal(new Metric("auc", 0.9, 1_000, 1), logged.Metrics["auc"]);
        Assert.Equal(("100", "good"), (logged.Params["rounds"], logged.Tags["note"]));
        Assert.Equivalent(logged, await _tracking.FindAsync(run));
        Assert.Equal([new Metric("loss", 0.1, 1_000, 1)], await _tracking.HistoryAsync(run, "loss"));
    }

    [Theory]
    [InlineData(0.5, 5, 2, 0.4, 9, 1, 0.5)] // a higher step wins over a later time
    [InlineData(0.5, 5, 1, 0.4, 9, 1, 0.4)] // then the later time
    [InlineData(0.5, 5, 1, 0.4, 5, 1, 0.5)] // then the greater value
    [InlineData(-0.5, 5, 1, double.NaN, 5, 1, double.NaN)] // where NaN counts as zero
    [InlineData(0.5, 5, 1, double.NaN, 5, 1, 0.5)]
    [InlineData(0.5, 5, -1, 0.4, 1, -2, 0.5)]
    [InlineData(double.NegativeInfinity, 5, 1, -1e308, 5, 1, -1e308)]
    public async Task A_run_shows_the_latest_value_in_whichever_order_they_come(
        double value, long time, long step, double otherValue, long otherTime, long otherStep, double shown)
    {
        var (one, other) = (new Metric("m", value, time, step), new Metric("m", otherValue, otherTime, otherStep));
        var (forth, back, together) = (await _tracking.StartRunAsync(), await _tracking.StartRunAsync(), await _tracking.StartRunAsync());
        await _tracking.LogAsync(forth, RunBatch.OfMetrics(one));
        await _tracking.LogAsync(back, RunBatch.OfMetrics(other));

        Assert.Equal(shown, (await _tracking.LogAsync(forth, RunBatch.OfMetrics(other))).Metrics["m"].Value);
        Assert.Equal(shown, (await _tracking.LogAsync(back, RunBatch.OfMetrics(one))).Metrics["m"].Value);
        Assert.Equal(shown, (await _tracking.LogAsync(together, RunBatch.OfMetrics(one, other))).Metrics["m"].Value);
    }

    [Fact]
    public async Task History_is_ordered_by_time_step_and_value_and_keeps_NaN_and_the_infinities()
    {
        var run = await _tracking.StartRunAsync();
        Metric[] ordered =
        [
            new("m", 3, -5, 9), new("m", 1, 10, 1), new("m", 0, 10, 2), new("m", double.NegativeInfinity, 20, 0), new("m", -1, 20, 0),
            new("m", 0, 20, 0), new("m", double.NaN, 20, 0), new("m", 1.0 / 3, 20, 0), new("m", double.PositiveInfinity, 20, 0),
        ];

        await _tracking.LogAsync(run, RunBatch.OfMetrics([.. ordered.Reverse()]));

        Assert.Equal(ordered, await _tracking.HistoryAsync(run, "m"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1_000)]
    public async Task History_is_read_page_by_page_over_many_batches_of_several_metrics(int limit)
    {
        var run = await _tracking.StartRunAsync();
        var expected = Enumerable.Range(0, 60).Select(i => new Metric("loss", 1.0 / (i + 1), 100 - i, i)).ToList();
        foreach (var batch in expected.Chunk(13))
        {
            await _tracking.LogAsync(run, RunBatch.OfMetrics([.. batch, .. batch.Select(metric => metric with { Key = "loss2" })]));
        }

        Assert.Equal(expected.OrderBy(metric => metric.Timestamp), await _tracking.HistoryAsync(run, "loss", limit));
    }

    [Fact]
    public async Task A_metric_never_logged_has_an_empty_history()
    {
        var run = await _tracking.StartRunAsync();
        await _tracking.LogAsync(run, RunBatch.OfMetrics(new Metric("other", 1, 1)));

        Assert.Empty(await _tracking.HistoryAsync(run, "m"));
    }

    [Fact]
    public async Task Keys_of_one_beginning_and_of_odd_characters_have_histories_of_their_own()
    {
        var run = await _tracking.StartRunAsync();
        string[] keys = ["a", "a b", "a/b", "a:b", "größe", "損失", "a.b-c_d"];
        await _tracking.LogAsync(run, RunBatch.OfMetrics([.. keys.Select((key, i) => new Metric(key, i, 1))]));

        foreach (var (i, key) in keys.Index())
        {
            Assert.Equal([new Metric(key, i, 1)], await _tracking.HistoryAsync(run, key));
        }
    }

    [Fact]
    public async Task A_batch_logged_twice_is_read_once()
    {
        var run = await _tracking.StartRunAsync();
        var batch = RunBatch.OfMetrics(new Metric("m", 1, 1), new Metric("m", double.NaN, 2), new Metric("m", 1, 1));
        await _tracking.LogAsync(run, batch);
        await _tracking.LogAsync(run, batch);

        Assert.Equal([new Metric("m", 1, 1), new Metric("m", double.NaN, 2)], await _tracking.HistoryAsync(run, "m"));
    }

    [Fact]
    public async Task A_batch_whose_writer_died_between_append_and_update_is_whole_after_the_retry_and_in_the_log_once()
    {
        var run = await _tracking.StartRunAsync();
        var batch = new RunBatch([new("m", 1, 1), new("m", 2, 2)], [new("p", "1")], []);
        _tracking.Tables.BeforeNextCommit(() => throw new IOException("The process died."));
        await Assert.ThrowsAsync<IOException>(() => _tracking.LogAsync(run, batch));

        var logged = await _tracking.LogAsync(run, batch);

        Assert.Equal((2.0, "1"), (logged.Metrics["m"].Value, logged.Params["p"]));
        Assert.Equal([new("m", 1, 1), new Metric("m", 2, 2)], await _tracking.HistoryAsync(run, "m"));
        Assert.Equal(2, (await ReadLogAsync(run)).Count(character => character == '\n'));
    }

    [Fact]
    public async Task Points_of_a_writer_that_died_are_taken_in_by_the_next()
    {
        var run = await _tracking.StartRunAsync();
        _tracking.Tables.BeforeNextCommit(() => throw new IOException("The process died."));
        await Assert.ThrowsAsync<IOException>(() => _tracking.LogAsync(run, RunBatch.OfMetrics(new Metric("died", 1, 1))));

        var logged = await _tracking.LogAsync(run, RunBatch.OfMetrics(new Metric("next", 2, 2)));

        Assert.Equal(["died", "next"], logged.Metrics.Keys.Order(StringComparer.Ordinal));
        Assert.Equal([new Metric("next", 2, 2)], await _tracking.HistoryAsync(run, "next"));
    }

    [Fact]
    public async Task A_writer_that_meets_another_between_append_and_update_loses_none_of_either()
    {
        var run = await _tracking.StartRunAsync();
        _tracking.Tables.BeforeNextCommit(() => _tracking.LogAsync(run, new([new("other", 1, 1)], [new("theirs", "1")], [])));

        var logged = await _tracking.LogAsync(run, new([new("mine", 2, 2)], [new("mine", "2")], []));

        Assert.Equal(["mine", "other"], logged.Metrics.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(["mine", "theirs"], logged.Params.Keys.Order(StringComparer.Ordinal));
        Assert.Equal([new Metric("mine", 2, 2)], await _tracking.HistoryAsync(run, "mine"));
        Assert.Equal([new Metric("other", 1, 1)], await _tracking.HistoryAsync(run, "other"));
    }

    [Fact]
    public async Task Many_writers_to_one_run_lose_nothing()
    {
        var run = await _tracking.StartRunAsync();

        await Task.WhenAll(Enumerable.Range(0, 8).Select(writer => Task.Run(async () =>
        {
            for (var step = 0; step < 10; step++)
            {
                Metric[] metrics = [new("shared", writer, step, step), new($"own{writer}", step, step, step)];
                await _tracking.LogAsync(run, new(metrics, [], [new($"t{writer}", $"{step}")]));
            }
        })));

        var found = await _tracking.FindAsync(run);
        Assert.Equal(80, (await _tracking.HistoryAsync(run, "shared")).Count);
        Assert.Equal(new Metric("shared", 7, 9, 9), found.Metrics["shared"]);
        Assert.All(Enumerable.Range(0, 8), writer => Assert.Equal("9", found.Tags[$"t{writer}"]));
    }

    [Fact]
    public async Task A_log_goes_on_in_a_new_blob_before_Azure_would_refuse_to_append_to_the_old_one()
    {
        var run = await _tracking.StartRunAsync();
        await _tracking.LogAsync(run, RunBatch.OfMetrics(new Metric("m", 1, 1)));
        await PretendAppendsAsync(run, 19_998);
        await _tracking.LogAsync(run, RunBatch.OfMetrics(new Metric("m", 2, 2)));
        await _tracking.LogAsync(run, RunBatch.OfMetrics(new Metric("m", 3, 3)));

        var blobs = (await _tracking.Blobs.ListAsync($"{Tenant}/runs/", 10, null, default)).Blobs;

        Assert.Equal(["metrics-0000.jsonl", "metrics-0001.jsonl"], blobs.Select(blob => Path.GetFileName(blob.Path)));
        Assert.Equal([1.0, 2.0, 3.0], (await _tracking.HistoryAsync(run, "m")).Select(metric => metric.Value));
    }

    [Fact]
    public async Task A_param_may_be_logged_again_with_its_value_and_not_with_another()
    {
        var run = await _tracking.StartRunAsync();
        await _tracking.LogAsync(run, RunBatch.OfParams(new Param("a", "1")));
        await _tracking.LogAsync(run, RunBatch.OfParams(new Param("a", "1"), new Param("b", "1")));

        var objections = await _tracking.RefusedAsync(run, new([new("m", 1, 1)], [new("c", "1"), new("a", "2")], [new("t", "1")]));

        Assert.Equal(
            [new Objection(
                "params[1].value",
                $"Changing param values is not allowed. Param with key='a' was already logged with value='1' for run ID='{run.Id}'. "
                + "Attempted logging new value '2'.")],
            objections);
        var found = await _tracking.FindAsync(run);
        Assert.Equal(["a", "b"], found.Params.Keys.Order(StringComparer.Ordinal));
        Assert.Empty(found.Metrics);
        Assert.DoesNotContain("t", found.Tags.Keys);
    }

    [Fact]
    public async Task The_last_value_of_a_tag_in_a_batch_is_the_one_it_has()
    {
        var run = await _tracking.StartRunAsync();

        var logged = await _tracking.LogAsync(run, RunBatch.OfTags(new Tag("t", "1"), new Tag("t", "2")));

        Assert.Equal("2", logged.Tags["t"]);
    }

    [Fact]
    public async Task Each_thing_wrong_with_a_batch_is_named()
    {
        var run = await _tracking.StartRunAsync();

        var objections = await _tracking.RefusedAsync(run, new(
            [new("fine", 1, 1), new("a#b", 1, 1), new(new('k', 251), 1, 1), new("../up", 1, 1), new("", 1, 1)],
            [new("p", "1"), new("p", "1"), new("q", new('v', 6_001))],
            [new("/abs", "x"), new("t", new('v', 8_001))]));

        Assert.Equal(
            [
                "metrics[1].key", "metrics[2].key", "metrics[3].key", "metrics[4].key",
                "params[1].key", "params[2].value", "tags[0].key", "tags[1].value",
            ],
            objections.Select(objection => objection.Field));
        Assert.Empty((await _tracking.FindAsync(run)).Metrics);
    }

    [Fact]
    public async Task The_largest_batch_is_logged_and_a_larger_one_is_not()
    {
        var run = await _tracking.StartRunAsync();
        var metrics = Enumerable.Range(0, 1_000).Select(i => new Metric($"m{i}", i, i)).ToList();

        Assert.Equal(1_000, (await _tracking.LogAsync(run, new(metrics, [], []))).Metrics.Count);
        Assert.Equal("metrics, params and tags", (await _tracking.RefusedAsync(run, new(metrics, [new("p", "1")], []))).Single().Field);
        var tags = Enumerable.Range(0, 101).Select(i => new Tag($"{i}", "")).ToList();
        Assert.Equal("tags", (await _tracking.RefusedAsync(run, new([], [], tags))).Single().Field);
    }

    [Fact]
    public async Task A_run_that_would_outgrow_its_row_is_refused_what_is_too_much_and_keeps_the_rest()
    {
        var run = await _tracking.StartRunAsync();
        await _tracking.LogAsync(run, LargeParams("a"));

        var objections = await _tracking.RefusedAsync(run, LargeParams("b"));

        Assert.Equal("run", objections.Single().Field);
        Assert.Equal(100, (await _tracking.LogAsync(run, RunBatch.OfMetrics(new Metric("m", 1, 1)))).Params.Count);
    }

    private static RunBatch LargeParams(string prefix) =>
        RunBatch.OfParams([.. Enumerable.Range(0, 100).Select(i => new Param($"{prefix}{i}", new string('x', 6_000)))]);

    private async Task PretendAppendsAsync(Run run, int more)
    {
        var key = TrackingKeys.Run(Tenant, RunId.Parse(run.Id));
        var row = await _tracking.Tables.FindAsync(key, default);
        Assert.NotNull(row);
        var document = row.Read<RunDocument>();
        var pretended = document with { Log = document.Log with { Appends = document.Log.Appends + more } };
        await _tracking.Tables.CommitAsync(key.Partition, [new TableWrite.Upsert(key.Row, pretended.Write())], default);
    }

    private async Task<string> ReadLogAsync(Run run)
    {
        var page = await _tracking.Blobs.ListAsync($"{Tenant}/runs/{run.ExperimentId}/{run.Id}/", 10, null, default);
        await using var stream = await _tracking.Blobs.OpenReadAsync(Assert.Single(page.Blobs).Path, 0, null, default);
        Assert.NotNull(stream);
        return await new StreamReader(stream).ReadToEndAsync();
    }
}
