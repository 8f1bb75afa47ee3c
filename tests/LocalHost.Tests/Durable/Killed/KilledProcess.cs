using System.Diagnostics;
using System.Globalization;
using Microsoft.DurableTask;
using Microsoft.Extensions.Logging.Abstractions;
using Mlops.Storage;

namespace Mlops.LocalHost.Durable.Killed;

/// <summary>A process with a durable engine that works off one orchestration, to be killed at any time.</summary>
internal static class KilledProcess
{
    public const string InstanceId = "work";

    public const int Links = 40;

    public const int Spread = 120;

    public static Process Start(string folder)
    {
        var isDotnet = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet";
        var start = new ProcessStartInfo(isDotnet ? Environment.ProcessPath ?? "dotnet" : "dotnet") { RedirectStandardOutput = true };
        foreach (var argument in (string[])["exec", typeof(KilledProcess).Assembly.Location, folder])
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start) ?? throw new InvalidOperationException("The process did not start.");
    }

    public static async Task<int> Main(string[] args)
    {
        if (args is not [var folder])
        {
            await Console.Error.WriteLineAsync("This assembly holds tests; run it with `dotnet test`.");
            return 2;
        }

        using var storage = SqliteStorage.Open(folder, TimeProvider.System, IdSource.Random);
        using var engine = new DurableEngine(
            storage.Tables,
            TimeProvider.System,
            IdSource.Random,
            NullLoggerFactory.Instance,
            new DurableOptions(),
            new Dictionary<string, OrchestratorBody> { ["Work"] = WorkAsync, ["Part"] = PartAsync },
            new Dictionary<string, ActivityBody> { ["Note"] = (call, token) => NoteAsync(folder, call, token) });
        await engine.StartAsync(CancellationToken.None);
        var client = new EmbeddedDurableClient(engine);
        if (await client.GetInstanceAsync(InstanceId, CancellationToken.None) is null)
        {
            await client.ScheduleNewOrchestrationInstanceAsync("Work", new StartOrchestrationOptions(InstanceId), CancellationToken.None);
        }

        Console.WriteLine("ready");
        var ended = await client.WaitForInstanceCompletionAsync(InstanceId, true, CancellationToken.None);
        Console.WriteLine(ended.SerializedOutput);
        return 0;
    }

    private static async Task<object?> WorkAsync(TaskOrchestrationContext context)
    {
        var sum = 0;
        for (var i = 0; i < Links; i++)
        {
            sum += await context.CallActivityAsync<int>("Note", $"link {i}");
        }

        sum += (await Task.WhenAll(Enumerable.Range(0, Spread).Select(i => context.CallActivityAsync<int>("Note", $"spread {i}")))).Sum();
        return sum + await context.CallSubOrchestratorAsync<int>("Part");
    }

    private static async Task<object?> PartAsync(TaskOrchestrationContext context)
    {
        await context.CreateTimer(TimeSpan.FromMilliseconds(20), CancellationToken.None);
        return await context.CallActivityAsync<int>("Note", "part");
    }

    /// <summary>Leaves a line for every time it runs.</summary>
    private static async Task<object?> NoteAsync(string folder, ActivityCall call, CancellationToken cancellationToken)
    {
        await Task.Delay(TimeSpan.FromMilliseconds(5), cancellationToken);
        var name = string.Create(CultureInfo.InvariantCulture, $"{call.GetInput<string>()}-{IdSource.Random.NewId()}.run");
        await File.WriteAllBytesAsync(Path.Combine(folder, name), [], cancellationToken);
        return 1;
    }
}
