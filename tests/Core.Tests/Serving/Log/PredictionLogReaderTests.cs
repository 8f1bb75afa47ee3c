using Mlops.Storage;

namespace Mlops.Serving;

public sealed class PredictionLogReaderTests : IAsyncDisposable
{
    private readonly LogOnDisk _disk = new();

    public ValueTask DisposeAsync() => _disk.DisposeAsync();

    [Fact]
    public async Task A_range_has_its_start_and_not_its_end()
    {
        var start = _disk.Time.GetUtcNow();
        for (var minute = 0; minute < 180; minute += 30)
        {
            await _disk.AppendAsync(_disk.Prediction(at: start.AddMinutes(minute)));
        }

        await _disk.StopAsync();

        var found = await _disk.ReadAsync(new LogRange(start.AddMinutes(30), start.AddMinutes(120)));
        Assert.Equal(
            [30, 60, 90], found.OfType<LogEntry.Record>().Select(record => (record.Head.At - start).TotalMinutes));
        Assert.Empty(await _disk.ReadAsync(new LogRange(start, start)));
        Assert.Empty(await _disk.ReadAsync(new LogRange(DateTimeOffset.MaxValue.AddDays(-1), DateTimeOffset.MaxValue)));
    }

    [Fact]
    public async Task Hundreds_of_batches_are_read_in_the_order_in_which_they_were_answered()
    {
        _disk.Start();
        for (var i = 0; i < 300; i++)
        {
            await _disk.AppendAsync(_disk.Prediction(size: i), LogDurability.Audit);
        }

        var records = await _disk.RecordsAsync();
        Assert.Equal(Enumerable.Range(0, 300), records.Select(record => record.Inputs[0].GetProperty("size").GetInt32()));
        Assert.Equal(Enumerable.Range(1, 300), records.Select(record => (int)record.N));
    }

    [Fact]
    public async Task A_stream_without_a_closing_mark_has_ended_abruptly_once_its_hour_is_over()
    {
        _disk.Start();
        await _disk.AppendAsync(_disk.Prediction(), LogDurability.Audit);
        Assert.Empty(await _disk.GapsAsync());

        var later = new FakeTimeProvider(_disk.Time.GetUtcNow().AddMinutes(63));
        var gap = Assert.Single(await GapsAsync(new PredictionLogReader(_disk.Blobs, later), TenantId.Default));
        Assert.Equal((GapReason.EndedAbruptly, 1L, null), (gap.Reason, gap.After, gap.Records));
        Assert.Equal(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), gap.Hour);
    }

    [Fact]
    public async Task A_blob_torn_at_any_byte_gives_what_was_whole_and_says_that_it_is_torn()
    {
        _disk.Start();
        for (var batch = 0; batch < 3; batch++)
        {
            for (var i = 0; i < 4; i++)
            {
                await _disk.AppendAsync(_disk.Prediction(size: (4 * batch) + i));
            }

            await _disk.WriteAsync();
        }

        var path = Assert.Single(await _disk.PathsAsync());
        var whole = await _disk.BytesAsync(path);
        var later = new PredictionLogReader(_disk.Blobs, new FakeTimeProvider(_disk.Time.GetUtcNow().AddDays(1)));
        var ends = MemberEnds(whole);
        Assert.Equal(3, ends.Count);
        for (var length = 1; length < whole.Length; length += 7)
        {
            var tenant = TenantId.Parse($"torn-{length}");
            var outcome = await _disk.Blobs.AppendAsync(
                path.Replace("default", tenant.Value, StringComparison.Ordinal), whole.AsMemory(0, length), 0, default);
            Assert.IsType<AppendOutcome.Appended>(outcome);

            var (records, gaps) = await AllAsync(later, tenant);
            var complete = 4 * ends.Count(end => end <= length);
            Assert.InRange(records.Count, complete, complete + 4);
            Assert.Equal(Enumerable.Range(1, records.Count), records.Select(record => (int)record.Read().N));
            Assert.Equal(GapReason.EndedAbruptly, gaps[^1].Reason);
            Assert.All(gaps.SkipLast(1), gap => Assert.Equal(GapReason.BatchTorn, gap.Reason));
        }
    }

    [Fact]
    public void A_segment_gives_way_to_the_next_before_it_has_had_all_its_appends()
    {
        var lane = new LogLane(new LaneKey(TenantId.Default, LogOnDisk.Live, 17_750_000), "stream");
        var appends = new Dictionary<string, int>();
        for (var i = 0; i < 120_000; i++)
        {
            appends[lane.Path] = appends.GetValueOrDefault(lane.Path) + 1;
            lane.Appended(lane.Offset + 10);
        }

        Assert.Equal(3, appends.Count);
        Assert.All(appends.Values, count => Assert.InRange(count, 1, IBlobStore.MaxAppends - 1));
    }

    [Fact]
    public async Task Old_hours_are_deleted_with_their_feedback_and_others_stay()
    {
        var now = _disk.Time.GetUtcNow();
        var (old, recent) = (_disk.Prediction(at: now.AddHours(-5)), _disk.Prediction(at: now));
        await _disk.AppendAsync(old);
        await _disk.AppendAsync(recent);
        await _disk.StopAsync();
        await _disk.Feedback.RecordAsync(
            TenantId.Default, LogOnDisk.Live, [new Feedback(old.Id, 0, now, "yes"), new Feedback(recent.Id, 0, now, "no")], default);

        Assert.Equal(1, await DeleteAsync(now.AddHours(-4)));
        Assert.Equal(0, await DeleteAsync(now));

        Assert.Equal(recent.Id, Assert.Single(await _disk.RecordsAsync()).Id);
        Assert.Empty((await ScanAsync(old.At)).Rows);
        Assert.Single((await ScanAsync(recent.At)).Rows);

        Task<int> DeleteAsync(DateTimeOffset before) =>
            PredictionRetention.DeleteBeforeAsync(_disk.Blobs, _disk.Tables, TenantId.Default, before, default);

        Task<TablePage> ScanAsync(DateTimeOffset at) => _disk.Tables.ScanAsync(
            new TableScan(FeedbackRows.Partition(TenantId.Default, LogOnDisk.Live, LaneKey.HourOf(at))), default);
    }

    private static List<int> MemberEnds(byte[] blob)
    {
        var starts = Enumerable.Range(0, blob.Length - 3).Where(i => blob.AsSpan(i, 4).SequenceEqual(new byte[] { 0x1F, 0x8B, 8, 0 })).ToList();
        return [.. starts.Skip(1), blob.Length];
    }

    private static async Task<List<LogGap>> GapsAsync(PredictionLogReader reader, TenantId tenant) => (await AllAsync(reader, tenant)).Gaps;

    private static async Task<(List<LogEntry.Record> Records, List<LogGap> Gaps)> AllAsync(PredictionLogReader reader, TenantId tenant)
    {
        var day = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var (records, gaps) = (new List<LogEntry.Record>(), new List<LogGap>());
        await foreach (var entry in reader.ReadAsync(tenant, LogOnDisk.Live, new LogRange(day, day.AddDays(1)), default))
        {
            if (entry is LogEntry.Record record)
            {
                records.Add(record);
            }
            else if (entry is LogEntry.Missing(var gap))
            {
                gaps.Add(gap);
            }
        }

        return (records, gaps);
    }
}
