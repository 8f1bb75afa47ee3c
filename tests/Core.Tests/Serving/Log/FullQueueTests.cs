namespace Mlops.Serving;

public sealed class FullQueueTests : IAsyncDisposable
{
    private const int OnePage = 256;

    private readonly LogOnDisk _disk = new(new PredictionLogOptions { MaxQueuedBytes = RecordPage.Bytes + RecordPage.StringBytes + 20_000 });

    public ValueTask DisposeAsync() => _disk.DisposeAsync();

    [Fact]
    public async Task Records_that_find_no_room_are_dropped_and_leave_a_gap()
    {
        for (var i = 0; i < OnePage + 5; i++)
        {
            await _disk.AppendAsync(_disk.Prediction());
        }

        await _disk.WriteAsync();
        await _disk.AppendAsync(_disk.Prediction());
        await _disk.StopAsync();

        var records = await _disk.RecordsAsync();
        Assert.Equal((OnePage + 1, OnePage + 6L), (records.Count, records[^1].N));
        var gap = Assert.Single(await _disk.GapsAsync());
        Assert.Equal((GapReason.Dropped, (long)OnePage, 5L), (gap.Reason, gap.After, gap.Records));
        Assert.Equal(5, _disk.Log.Health.Dropped);
    }

    [Fact]
    public async Task Records_dropped_last_show_at_the_closing_mark()
    {
        for (var i = 0; i < OnePage + 5; i++)
        {
            await _disk.AppendAsync(_disk.Prediction());
        }

        await _disk.StopAsync();

        Assert.Equal(5, Assert.Single(await _disk.GapsAsync()).Records);
    }

    [Fact]
    public async Task An_audit_waits_for_room()
    {
        for (var i = 0; i < OnePage; i++)
        {
            await _disk.AppendAsync(_disk.Prediction());
        }

        var audit = _disk.AppendAsync(_disk.Prediction(plan: "audited"), LogDurability.Audit).AsTask();
        Assert.False(audit.IsCompleted);
        _disk.Start();
        _disk.Time.Advance(PredictionLogOptions.Interval);
        await audit;

        Assert.Equal("audited", (await _disk.RecordsAsync())[^1].Inputs[0].GetProperty("plan").GetString());
        Assert.Empty(await _disk.GapsAsync());
    }

    [Fact]
    public async Task Waiting_for_room_ends_with_the_token_or_with_the_log()
    {
        for (var i = 0; i < OnePage; i++)
        {
            await _disk.AppendAsync(_disk.Prediction());
        }

        using var gone = new CancellationTokenSource();
        var cancelled = _disk.Log.AppendAsync(_disk.Prediction(), LogDurability.Audit, gone.Token).AsTask();
        var left = _disk.AppendAsync(_disk.Prediction(), LogDurability.Audit).AsTask();
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        _disk.Log.Dispose();

        await Assert.ThrowsAsync<PredictionNotLoggedException>(() => left);
    }

    [Fact]
    public async Task A_request_larger_than_the_bound_is_taken_when_nothing_else_waits()
    {
        var rows = 20_000;
        var large = _disk.Prediction() with
        {
            Inputs = new FeatureBatch(rows, new float[5 * rows], Enumerable.Repeat("", 2 * rows).ToArray()),
            Scores = new float[2 * rows],
        };

        await _disk.AppendAsync(large);
        await _disk.AppendAsync(large);
        await _disk.StopAsync();

        Assert.Equal(rows, Assert.Single(await _disk.RecordsAsync()).Outputs.Count);
        Assert.Equal(1, Assert.Single(await _disk.GapsAsync()).Records);
    }
}
