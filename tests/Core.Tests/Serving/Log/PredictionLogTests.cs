using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text.Json;
using Mlops.Storage;

namespace Mlops.Serving;

public sealed class PredictionLogTests : IAsyncDisposable
{
    private readonly LogOnDisk _disk = new();

    public ValueTask DisposeAsync() => _disk.DisposeAsync();

    [Fact]
    public async Task What_was_answered_is_read_back()
    {
        var prediction = _disk.Prediction() with { RequestId = "r-1" };

        await _disk.AppendAsync(prediction);
        await _disk.StopAsync();

        var record = Assert.Single(await _disk.RecordsAsync());
        Assert.Equal(
            (1L, prediction.Id, prediction.At, "champion", "churn", 3, "live", "native", 0.25, 7, 1.234, "user-1", "r-1"),
            (record.N, record.Id, record.At, record.Arm, record.Model.Value, record.Version, record.Endpoint.Value, record.Dialect,
                record.Propensity, record.Revision, record.LatencyMs, record.Unit, record.RequestId));
        var output = Assert.Single(record.Outputs);
        Assert.Equal(("yes", 0.25, 0.75), (output.Label, output.Probabilities?["no"], output.Probabilities?["yes"]));
    }

    [Fact]
    public async Task Inputs_are_logged_by_name_as_a_client_sends_them_but_for_sensitive_ones()
    {
        await _disk.AppendAsync(_disk.Prediction(size: 0.1f));
        await _disk.AppendAsync(_disk.Prediction(size: float.NaN, plan: ""));
        await _disk.StopAsync();

        var inputs = (await _disk.RecordsAsync()).ConvertAll(record => JsonSerializer.Serialize(Assert.Single(record.Inputs)));
        Assert.Equal(
            [
                """{"size":0.1,"plan":"basic","age":42,"ssn":"[redacted]","income":"[redacted]","member":true,"since":"2026-01-01T00:00:00Z"}""",
                """{"size":null,"plan":null,"age":42,"ssn":"[redacted]","income":"[redacted]","member":true,"since":"2026-01-01T00:00:00Z"}""",
            ],
            inputs);
    }

    [Fact]
    public async Task A_blob_is_JSON_lines_for_whoever_unzips_it()
    {
        for (var i = 0; i < 3; i++)
        {
            await _disk.AppendAsync(_disk.Prediction());
            await _disk.WriteAsync();
        }

        await _disk.StopAsync();

        var path = Assert.Single(await _disk.PathsAsync());
        Assert.Equal($"default/predictions/live/2026-01-01/00/{_disk.Instance.Name}-000001-0001.jsonl.gz", path);
        using var zipped = new MemoryStream(await _disk.BytesAsync(path));
        using var reader = new StreamReader(new GZipStream(zipped, CompressionMode.Decompress));
        var lines = reader.ReadToEnd().TrimEnd('\n').Split('\n').Select(line => JsonDocument.Parse(line).RootElement);
        Assert.Equal(
            ["batch", "n", "batch", "n", "batch", "n", "end"], lines.Select(line => line.EnumerateObject().First().Name));
    }

    [Fact]
    public async Task The_caller_may_use_its_memory_again_at_once()
    {
        var numbers = new float[] { 1, 2, 3, 0, 0 };
        var prediction = _disk.Prediction();
        var inputs = new FeatureBatch(1, numbers, prediction.Inputs.Strings);

        await _disk.AppendAsync(prediction with { Inputs = inputs });
        numbers[0] = 99;
        await _disk.StopAsync();

        Assert.Equal(1, Assert.Single(await _disk.RecordsAsync()).Inputs[0].GetProperty("size").GetDouble());
    }

    [Fact]
    public async Task A_request_of_many_rows_is_one_record()
    {
        var rows = 3_000;
        var prediction = _disk.Prediction() with
        {
            Inputs = new FeatureBatch(
                rows,
                Enumerable.Range(0, rows).SelectMany(i => new float[] { i, 1, 1, 1, 1 }).ToArray(),
                Enumerable.Range(0, rows).SelectMany(i => new[] { $"plan {i}", "" }).ToArray()),
            Scores = new float[2 * rows],
        };

        await _disk.AppendAsync(prediction);
        await _disk.StopAsync();

        var record = Assert.Single(await _disk.RecordsAsync());
        Assert.Equal((rows, rows), (record.Inputs.Count, record.Outputs.Count));
        Assert.Equal(("plan 2999", 2_999), (record.Inputs[^1].GetProperty("plan").GetString(), record.Inputs[^1].GetProperty("size").GetInt32()));
    }

    [Fact]
    public async Task A_row_reads_the_same_whether_it_came_alone_or_among_so_many_that_they_are_packed()
    {
        await using var quiet = new LogOnDisk();
        float[] sizes = [0.1f, float.NaN, -1e-7f, 3.4e38f, 17.99f, 0, 1, 2, 3];
        string[] plans = ["basic", "", "\"quoted\"", "naïve", "a", "b", "c", "d", "e"];
        var alone = sizes.Zip(plans, (size, plan) => _disk.Prediction(size: size, plan: plan, yes: 0.3f)).ToArray();
        var together = alone[0] with
        {
            Inputs = new FeatureBatch(
                alone.Length,
                alone.SelectMany(one => one.Inputs.Numbers.ToArray()).ToArray(),
                alone.SelectMany(one => one.Inputs.Strings.ToArray()).ToArray()),
            Scores = alone.SelectMany(one => one.Scores.ToArray()).ToArray(),
        };
        foreach (var one in alone)
        {
            await _disk.AppendAsync(one);
        }

        await _disk.AppendAsync(together);
        await _disk.StopAsync();
        foreach (var one in alone[..(PackedRows.Least - 1)])
        {
            await quiet.AppendAsync(one);
        }

        await quiet.StopAsync();

        var records = await _disk.RecordsAsync();
        Assert.Equal(alone.Length + 1, records.Count);
        var (inputs, outputs) = (records[^1].Inputs.Select(row => row.GetRawText()).ToArray(), records[^1].Outputs.Select(Told).ToArray());
        Assert.Equal(inputs, records[..^1].Select(one => one.Inputs[0].GetRawText()));
        Assert.Equal(outputs, records[..^1].Select(one => Told(one.Outputs[0])));
        var readable = await quiet.RecordsAsync();
        Assert.Equal(inputs[..readable.Count], readable.Select(one => one.Inputs[0].GetRawText()));
        Assert.Equal(outputs[..readable.Count], readable.Select(one => Told(one.Outputs[0])));
        Assert.Equal((true, false), (await IsPackedAsync(_disk), await IsPackedAsync(quiet)));

        static string Told(LoggedOutput output) => JsonSerializer.Serialize(output);

        static async Task<bool> IsPackedAsync(LogOnDisk disk) =>
            (await TextAsync(disk)).Contains("\"packed\":", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Packed_rows_say_once_a_batch_what_they_mean_and_nothing_of_what_is_sensitive()
    {
        var one = _disk.Prediction();
        var many = one with
        {
            Inputs = new FeatureBatch(
                PackedRows.Least,
                Enumerable.Repeat(new float[] { 1, 2, 54_321, 1, 4 }, PackedRows.Least).SelectMany(row => row).ToArray(),
                Enumerable.Repeat(new[] { "basic", "078-05-1120" }, PackedRows.Least).SelectMany(row => row).ToArray()),
            Scores = Enumerable.Repeat(new[] { 0.25f, 0.75f }, PackedRows.Least).SelectMany(row => row).ToArray(),
        };
        await _disk.AppendAsync(many);
        await _disk.AppendAsync(many);
        await _disk.StopAsync();

        var text = await TextAsync(_disk);
        var lines = text.TrimEnd('\n').Split('\n').Select(line => JsonDocument.Parse(line).RootElement).ToArray();
        Assert.Equal(["batch", "layout", "n", "n", "end"], lines.Select(line => line.EnumerateObject().First().Name));
        Assert.DoesNotContain("078-05-1120", text, StringComparison.Ordinal);
        var numbers = MemoryMarshal.Cast<byte, float>(lines[2].GetProperty("packed").GetProperty("numbers").GetBytesFromBase64()).ToArray();
        Assert.Equal([1, 2, 0, 1, 4], numbers[..5]);
    }

    [Fact]
    public async Task A_record_that_no_append_can_carry_is_written_in_several()
    {
        var random = new Random(1);
        var plan = new string([.. Enumerable.Range(0, 8_000_000).Select(_ => (char)('!' + random.Next(90)))]);

        await _disk.AppendAsync(_disk.Prediction(plan: plan));
        await _disk.StopAsync();

        Assert.InRange((await _disk.BytesAsync(Assert.Single(await _disk.PathsAsync()))).Length, IBlobStore.MaxAppendBytes, int.MaxValue);
        Assert.Equal(plan, Assert.Single(await _disk.RecordsAsync()).Inputs[0].GetProperty("plan").GetString());
    }

    [Fact]
    public async Task Tenants_endpoints_and_hours_have_blobs_of_their_own()
    {
        var other = TenantId.Parse("other");
        var next = EndpointName.Parse("next");
        await _disk.AppendAsync(_disk.Prediction());
        await _disk.AppendAsync(_disk.Prediction(tenant: other));
        await _disk.AppendAsync(_disk.Prediction(endpoint: next));
        await _disk.AppendAsync(_disk.Prediction(at: _disk.Time.GetUtcNow() - TimeSpan.FromTicks(1)));
        await _disk.StopAsync();

        Assert.Equal(
            [
                "default/predictions/live/2025-12-31/23/", "default/predictions/live/2026-01-01/00/",
                "default/predictions/next/2026-01-01/00/", "other/predictions/live/2026-01-01/00/",
            ],
            (await _disk.PathsAsync()).Select(path => path[..(path.LastIndexOf('/') + 1)]));
        Assert.Equal(2, (await _disk.ReadAsync()).Count);
        Assert.Single(await _disk.ReadAsync(endpoint: next));
        Assert.Single(await _disk.ReadAsync(tenant: other));
    }

    [Fact]
    public async Task A_stream_is_closed_after_its_hour_and_what_comes_later_begins_another()
    {
        var late = _disk.Prediction();
        await _disk.AppendAsync(_disk.Prediction());
        await _disk.WriteAsync();
        _disk.Time.Advance(TimeSpan.FromMinutes(62));
        await Eventually.TrueAsync(() => _disk.Blobs.Appends is 2);

        await _disk.AppendAsync(late);
        await _disk.WriteAsync();
        await _disk.StopAsync();
        _disk.Time.Advance(TimeSpan.FromDays(1));

        Assert.Equal(2, (await _disk.PathsAsync()).Count);
        Assert.Equal(2, (await _disk.RecordsAsync()).Count);
        Assert.Empty(await _disk.GapsAsync());
    }

    [Fact]
    public async Task An_audit_completes_when_its_record_is_durable()
    {
        _disk.Start();
        var audit = _disk.AppendAsync(_disk.Prediction(), LogDurability.Audit);

        await audit;

        Assert.Single(await _disk.RecordsAsync());
    }

    [Fact]
    public async Task All_who_wait_share_an_append()
    {
        var gate = new TaskCompletionSource();
        _disk.Blobs.Appending = async (_, _, _, _) =>
        {
            await gate.Task;
            return null;
        };
        _disk.Start();
        var first = _disk.AppendAsync(_disk.Prediction(), LogDurability.Audit).AsTask();
        await Eventually.TrueAsync(() => _disk.Blobs.Appends is 1);
        var others = Enumerable.Range(0, 50).Select(_ => _disk.AppendAsync(_disk.Prediction(), LogDurability.Audit).AsTask()).ToList();
        Assert.DoesNotContain(others, task => task.IsCompleted);
        gate.SetResult();

        await Task.WhenAll([first, .. others]);

        Assert.Equal(2, _disk.Blobs.Appends);
        Assert.Equal(51, (await _disk.RecordsAsync()).Count);
    }

    [Fact]
    public async Task An_audit_that_cannot_be_written_fails_and_shows_as_a_lost_batch()
    {
        _disk.Blobs.Appending = (_, _, _, _) => throw new IOException("away");
        _disk.Start();
        await Assert.ThrowsAsync<PredictionNotLoggedException>(
            async () => await _disk.AppendAsync(_disk.Prediction(), LogDurability.Audit));
        _disk.Blobs.Appending = null;

        await _disk.AppendAsync(_disk.Prediction(), LogDurability.Audit);

        Assert.Equal(2, Assert.Single(await _disk.RecordsAsync()).N);
        var gap = Assert.Single(await _disk.GapsAsync());
        Assert.Equal((GapReason.BatchLost, 0L, 1L), (gap.Reason, gap.After, gap.Records));
        Assert.Equal((1, 1), (_disk.Log.Health.Written, _disk.Log.Health.Dropped));
    }

    [Fact]
    public async Task An_append_that_only_seemed_to_fail_is_not_repeated()
    {
        _disk.Blobs.Appending = async (store, path, content, offset) =>
        {
            _disk.Blobs.Appending = null;
            await store.AppendAsync(path, content, offset, default);
            throw new IOException("the answer was lost");
        };
        _disk.Start();

        await _disk.AppendAsync(_disk.Prediction(), LogDurability.Audit);
        await _disk.AppendAsync(_disk.Prediction(), LogDurability.Audit);

        Assert.Equal([1, 2], (await _disk.RecordsAsync()).Select(record => record.N));
        Assert.Empty(await _disk.GapsAsync());
    }

    [Fact]
    public async Task After_an_append_of_unknown_outcome_a_new_blob_is_begun()
    {
        _disk.Start();
        await _disk.AppendAsync(_disk.Prediction(), LogDurability.Audit);
        _disk.Blobs.Appending = (_, _, _, _) => throw new IOException("away");
        await Assert.ThrowsAsync<PredictionNotLoggedException>(
            async () => await _disk.AppendAsync(_disk.Prediction(), LogDurability.Audit));
        _disk.Blobs.Appending = null;
        await _disk.AppendAsync(_disk.Prediction(), LogDurability.Audit);

        Assert.Equal(["0001", "0002"], (await _disk.PathsAsync()).Select(path => path.Split('-', '.')[^3]));
        Assert.Equal([1, 3], (await _disk.RecordsAsync()).Select(record => record.N));
    }

    [Fact]
    public async Task A_log_that_has_stopped_acknowledges_nothing()
    {
        await _disk.StopAsync();

        await Assert.ThrowsAsync<PredictionNotLoggedException>(
            async () => await _disk.AppendAsync(_disk.Prediction(), LogDurability.Audit));
    }

    [Fact]
    public async Task What_comes_between_stop_and_disposal_is_still_written()
    {
        await _disk.StopAsync();
        await _disk.AppendAsync(_disk.Prediction());
        await _disk.Log.DisposeAsync();

        Assert.Single(await _disk.RecordsAsync());
        Assert.Empty(await _disk.GapsAsync());
    }

    [Fact]
    public async Task Nothing_is_logged_where_nothing_is_asked_for()
    {
        await _disk.AppendAsync(_disk.Prediction(), LogDurability.None);
        await _disk.StopAsync();

        Assert.Empty(await _disk.PathsAsync());
    }

    [Fact]
    public async Task Health_tells_what_waits_and_for_how_long()
    {
        await _disk.AppendAsync(_disk.Prediction());
        _disk.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(new PredictionLogHealth(1, TimeSpan.FromSeconds(5), 0, 0), _disk.Log.Health);

        await _disk.StopAsync();
        Assert.Equal(new PredictionLogHealth(0, TimeSpan.Zero, 1, 0), _disk.Log.Health);
    }

    [Fact]
    public async Task In_the_steady_state_a_request_allocates_nothing()
    {
        var prediction = _disk.Prediction();
        for (var i = 0; i < 300; i++)
        {
            await _disk.AppendAsync(prediction);
        }

        await _disk.WriteAsync();
        var append = () => Assert.True(_disk.AppendAsync(prediction).AsTask().IsCompletedSuccessfully);
        append();

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 200; i++)
        {
            append();
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    /// <summary>The only blob of a log, unzipped.</summary>
    private static async Task<string> TextAsync(LogOnDisk disk)
    {
        using var zipped = new MemoryStream(await disk.BytesAsync(Assert.Single(await disk.PathsAsync())));
        using var reader = new StreamReader(new GZipStream(zipped, CompressionMode.Decompress));
        return await reader.ReadToEndAsync();
    }
}
