using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Mlops.Storage;

namespace Mlops.Serving;

/// <summary>The log's costs in processor time, and how much it takes onto a disk.</summary>
internal static class PredictionLogRun
{
    private const int MostRead = 200_000;
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(3);
    private static readonly List<string> Reading = [];

    /// <param name="folder">On the disk in question.</param>
    public static async Task RunAsync(string folder)
    {
        var work = new PredictionLogBenchmarks();
        Console.WriteLine("| what | CPU time a record | allocated |");
        Console.WriteLine("|---|--:|--:|");
        foreach (var (name, once, records) in new (string, Action, int)[]
        {
            ("mint an id", () => work.MintId(), 1),
            ("append, on the request's thread", work.Append, 512),
            ("write as JSON", () => work.Encode(), 512),
            ("write as JSON and compress", () => work.EncodeAndCompress(), 4_096),
            ("the same for each row of requests of 64", () => work.EncodeAndCompressManyRows(), 4_096),
        })
        {
            CpuTime.Measure(once);
            var (time, bytes) = Enumerable.Range(0, 5).Select(_ => CpuTime.Measure(once)).MinBy(result => result.Time);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"| {name} | {time.TotalNanoseconds / records:N0} ns | {bytes / records:N1} B |"));
        }

        Console.WriteLine();
        Console.WriteLine("| durability | callers | records a second | CPU time a record | bytes a record | dropped |");
        Console.WriteLine("|---|--:|--:|--:|--:|--:|");
        foreach (var run in new Func<string, Task>[]
        {
            AppendAsync,
            path => RunAsync(path, LogDurability.Async, 2),
            path => RunAsync(path, LogDurability.Audit, 1),
            path => RunAsync(path, LogDurability.Audit, 64),
            path => RunAsync(path, LogDurability.Audit, 1_024),
        })
        {
            var path = Path.Combine(folder, "log-benchmark-" + IdSource.Random.NewId());
            try
            {
                await run(path);
            }
            finally
            {
                Directory.Delete(path, recursive: true);
            }
        }

        Console.WriteLine();
        Reading.ForEach(Console.WriteLine);
    }

    /// <summary>What the store itself takes for what one record comes to.</summary>
    private static async Task AppendAsync(string folder)
    {
        using var storage = SqliteStorage.Open(folder, TimeProvider.System, IdSource.Random);
        var content = new byte[676];
        var (started, cpu, appends) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime, 0);
        for (; Stopwatch.GetElapsedTime(started) < Length; appends++)
        {
            await storage.Blobs.AppendAsync("blob", content, (long)appends * content.Length, CancellationToken.None);
        }

        var (elapsed, spent) = (Stopwatch.GetElapsedTime(started), Environment.CpuUsage.TotalTime - cpu);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| the store's append alone | 1 | {appends / elapsed.TotalSeconds:N0} | {spent.TotalMicroseconds / appends:N1} µs | {content.Length} | |"));
    }

    private static async Task RunAsync(string folder, LogDurability durability, int callers)
    {
        using var storage = SqliteStorage.Open(folder, TimeProvider.System, IdSource.Random);
        var instance = new LogInstance(IdSource.Random);
        await using var log = new PredictionLog(
            storage.Blobs, instance, new PredictionLogOptions(), TimeProvider.System, NullLogger<PredictionLog>.Instance);
        using var stop = new CancellationTokenSource();
        var running = log.RunAsync(stop.Token);
        var predictions = Enumerable.Range(0, 1_000)
            .Select(i => PredictionLogBenchmarks.Make(instance, new Random(i), TimeProvider.System.GetUtcNow())).ToArray();
        var (started, cpu) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(async () =>
        {
            for (var i = caller; Stopwatch.GetElapsedTime(started) < Length; i++)
            {
                await log.AppendAsync(predictions[i % predictions.Length], durability, CancellationToken.None);
                if (durability is LogDurability.Async && log.Health.Queued > 30_000)
                {
                    // As fast as it can be written, not as fast as it can be dropped.
                    await Task.Delay(1);
                }
            }
        })));
        await stop.CancelAsync();
        await running;
        var (elapsed, spent) = (Stopwatch.GetElapsedTime(started), Environment.CpuUsage.TotalTime - cpu);
        var (written, dropped) = (log.Health.Written, log.Health.Dropped);
        var blobs = (await storage.Blobs.ListAsync("", 1_000, null, CancellationToken.None)).Blobs;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {durability} | {callers:N0} | {written / elapsed.TotalSeconds:N0} | {spent.TotalMicroseconds / written:N1} µs | {(double)blobs.Sum(blob => blob.Length) / written:N0} | {dropped:N0} |"));
        if (durability is LogDurability.Async)
        {
            var reader = new PredictionLogReader(storage.Blobs, TimeProvider.System);
            var heads = await ReadAsync(reader, predictions[0], static record => record.Head.Revision);
            var wholes = await ReadAsync(reader, predictions[0], static record => record.Read().Revision);
            Reading.Add(string.Create(CultureInfo.InvariantCulture, $"Reading them back: {heads:N1} µs a record, {wholes:N1} µs with its rows."));
        }
    }

    /// <returns>Microseconds of processor time a record.</returns>
    private static async Task<double> ReadAsync(PredictionLogReader reader, AnsweredPrediction one, Func<LogEntry.Record, int> read)
    {
        var range = new LogRange(one.At.AddHours(-1), one.At.AddHours(1));
        var (cpu, records, sum) = (Environment.CpuUsage.TotalTime, 0, 0);
        await foreach (var entry in reader.ReadAsync(one.Tenant, one.Endpoint, range, CancellationToken.None))
        {
            sum += entry is LogEntry.Record record ? read(record) : 0;
            if (++records == MostRead)
            {
                break;
            }
        }

        GC.KeepAlive(sum);
        return (Environment.CpuUsage.TotalTime - cpu).TotalMicroseconds / records;
    }
}
