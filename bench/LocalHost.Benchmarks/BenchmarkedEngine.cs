using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging.Abstractions;
using Mlops.Storage;

namespace Mlops.LocalHost.Durable;

/// <summary>An engine on SQLite in a new folder, with orchestrators that do nothing but what is measured.</summary>
public sealed class BenchmarkedEngine : IAsyncDisposable
{
    private readonly string _folder;
    private readonly SqliteStorage _storage;
    private readonly DurableEngine _engine;
    private int _activities;

    private BenchmarkedEngine(string folder)
    {
        _folder = Path.Combine(folder, "durable-benchmark-" + IdSource.Random.NewId());
        _storage = SqliteStorage.Open(_folder, TimeProvider.System, IdSource.Random);
        _engine = new DurableEngine(
            _storage.Tables,
            TimeProvider.System,
            IdSource.Random,
            NullLoggerFactory.Instance,
            new DurableOptions(),
            new Dictionary<string, OrchestratorBody> { ["Chain"] = ChainAsync, ["FanOut"] = FanOutAsync, ["Listen"] = ListenAsync },
            new Dictionary<string, ActivityBody> { ["Nothing"] = (_, _) => Nothing() });
        Client = new EmbeddedDurableClient(_engine);
    }

    public DurableTaskClient Client { get; }

    /// <summary>How many activities have run.</summary>
    public int Activities => Volatile.Read(ref _activities);

    /// <summary>When each event reached its orchestrator, by its number.</summary>
    public ConcurrentDictionary<int, long> Heard { get; } = new();

    public static async Task<BenchmarkedEngine> StartAsync(string folder)
    {
        var engine = new BenchmarkedEngine(folder);
        await engine._engine.StartAsync(CancellationToken.None);
        return engine;
    }

    public async Task RunAsync(string orchestrator, int size, CancellationToken cancellationToken)
    {
        var id = await Client.ScheduleNewOrchestrationInstanceAsync(orchestrator, size, cancellationToken);
        var ended = await Client.WaitForInstanceCompletionAsync(id, cancellationToken);
        if (ended.RuntimeStatus is not OrchestrationRuntimeStatus.Completed)
        {
            throw new InvalidOperationException(ended.ToString());
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _engine.StopAsync(CancellationToken.None);
        _engine.Dispose();
        _storage.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static async Task<object?> ChainAsync(TaskOrchestrationContext context)
    {
        for (var left = context.GetInput<int>(); left > 0; left--)
        {
            await context.CallActivityAsync("Nothing", left);
        }

        return null;
    }

    private static async Task<object?> FanOutAsync(TaskOrchestrationContext context)
    {
        await Task.WhenAll(Enumerable.Range(0, context.GetInput<int>()).Select(i => context.CallActivityAsync("Nothing", i)));
        return null;
    }

    private Task<object?> Nothing()
    {
        Interlocked.Increment(ref _activities);
        return Task.FromResult<object?>(null);
    }

    private async Task<object?> ListenAsync(TaskOrchestrationContext context)
    {
        for (var left = context.GetInput<int>(); left > 0; left--)
        {
            Heard[await context.WaitForExternalEvent<int>("event")] = Stopwatch.GetTimestamp();
        }

        return null;
    }
}
