using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Mlops.Storage;

namespace Mlops.Serving.Killed;

/// <summary>A process that logs predictions without end, to be killed at any time.</summary>
internal static class KilledLog
{
    private const int Callers = 8;

    public static Process Start(string folder, LogDurability durability)
    {
        var isDotnet = Path.GetFileNameWithoutExtension(Environment.ProcessPath) is "dotnet";
        var start = new ProcessStartInfo(isDotnet ? Environment.ProcessPath ?? "dotnet" : "dotnet") { RedirectStandardOutput = true };
        foreach (var argument in (string[])["exec", typeof(KilledLog).Assembly.Location, folder, durability.ToString()])
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start) ?? throw new InvalidOperationException("The process did not start.");
    }

    public static async Task<int> Main(string[] args)
    {
        if (args is not [var folder, var durability])
        {
            await Console.Error.WriteLineAsync("This assembly holds tests; run it with `dotnet test`.");
            return 2;
        }

        using var storage = SqliteStorage.Open(folder, TimeProvider.System, IdSource.Random);
        var instance = new LogInstance(IdSource.Random);
        await using var log = new PredictionLog(
            storage.Blobs, instance, new PredictionLogOptions(), TimeProvider.System, NullLogger<PredictionLog>.Instance);
        var running = log.RunAsync(CancellationToken.None);
        var output = TextWriter.Synchronized(new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = true });
        await Task.WhenAny(running, Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Task.Run(
            () => PredictAsync(log, instance, Enum.Parse<LogDurability>(durability), output)))));
        return 0;
    }

    /// <summary>Says each id when its append has completed.</summary>
    private static async Task PredictAsync(PredictionLog log, LogInstance instance, LogDurability durability, TextWriter output)
    {
        while (true)
        {
            var at = TimeProvider.System.GetUtcNow();
            var prediction = new AnsweredPrediction(
                PredictionIds.New(instance, at), at, TimeSpan.FromMilliseconds(1), TenantId.Default, LogOnDisk.Live, "native",
                LogOnDisk.Version, "champion", 1, 1, null, null,
                new FeatureBatch(1, new float[] { 1, 2, 3, 0, 0 }, new[] { "basic", "" }), new[] { 0.5f, 0.5f });
            await log.AppendAsync(prediction, durability, CancellationToken.None);
            await output.WriteLineAsync(prediction.Id);
        }
    }
}
