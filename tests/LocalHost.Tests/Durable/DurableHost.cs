using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Mlops.Storage;

namespace Mlops.LocalHost.Durable;

/// <summary>A durable engine on a folder of its own, to be stopped, killed and started again.</summary>
public sealed class DurableHost : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private readonly SqliteStorage _storage;
    private DurableEngine? _engine;

    public DurableHost(TimeProvider? time = null)
    {
        Time = time ?? TimeProvider.System;
        _storage = SqliteStorage.Open(_folder.Path, TimeProvider.System, IdSource.Random);
        Tables = _storage.Tables;
    }

    public TimeProvider Time { get; }

    public ITableStore Tables { get; set; }

    public DurableOptions Options { get; } = new() { StoreRetryDelay = TimeSpan.FromMilliseconds(5) };

    public Dictionary<string, OrchestratorBody> Orchestrators { get; } = new(StringComparer.OrdinalIgnoreCase);

    public Dictionary<string, ActivityBody> Activities { get; } = new(StringComparer.OrdinalIgnoreCase);

    public ILoggerFactory Loggers { get; set; } = NullLoggerFactory.Instance;

    public DurableTaskClient Client { get; private set; } = null!;

    public static CancellationToken Deadline => new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;

    internal DurableEngine Engine => _engine ?? throw new InvalidOperationException("The engine is not started.");

    public DurableHost Orchestrator<TOut>(string name, Func<TaskOrchestrationContext, Task<TOut>> body)
    {
        Orchestrators[name] = async context => await body(context);
        return this;
    }

    public DurableHost Activity<TIn, TOut>(string name, Func<TIn?, TOut> body) =>
        ActivityAsync<TIn, TOut>(name, (input, _) => Task.FromResult(body(input)));

    public DurableHost ActivityAsync<TIn, TOut>(string name, Func<TIn?, CancellationToken, Task<TOut>> body)
    {
        Activities[name] = async (call, cancellationToken) => await body(call.GetInput<TIn>(), cancellationToken);
        return this;
    }

    public async Task<DurableHost> StartAsync()
    {
        _engine = new DurableEngine(Tables, Time, IdSource.Random, Loggers, Options, Orchestrators, Activities);
        Client = new EmbeddedDurableClient(_engine);
        await _engine.StartAsync(Deadline);
        return this;
    }

    public async Task StopAsync()
    {
        if (_engine is { } engine)
        {
            _engine = null;
            await engine.StopAsync(Deadline);
            engine.Dispose();
        }
    }

    /// <summary>Turns away from the engine without a word, as a dying process would; what it still does must not matter.</summary>
    public void Abandon() => _engine = null;

    public async Task<OrchestrationMetadata> RunAsync(string name, object? input = null, string? instanceId = null)
    {
        var options = new StartOrchestrationOptions(instanceId);
        var id = await Client.ScheduleNewOrchestrationInstanceAsync(name, input, options, Deadline);
        return await Client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, Deadline);
    }

    public async Task<T?> ResultAsync<T>(string name, object? input = null)
    {
        var ended = await RunAsync(name, input);
        Assert.True(ended.RuntimeStatus is OrchestrationRuntimeStatus.Completed, ended.ToString());
        return ended.ReadOutputAs<T>();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _storage.Dispose();
        _folder.Dispose();
    }
}
