using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Mlops.Storage;

namespace Mlops.LocalHost.Durable;

/// <summary>Runs durable orchestrations in this process: the embedded counterpart of the Durable Functions extension.</summary>
/// <remarks>
/// <para>Each instance takes turns. A turn hands its orchestrator everything that has happened since the last one, lets it go
/// as far as it can, and writes what happened and what it decided in one atomic commit; only then is anything done about it.
/// A process that dies loses at most turns that nobody has seen: a restart replays the orchestrator against its history and
/// it decides the same again. Activities run at least once, and not again once their end is recorded.</para>
/// <para>One engine works on a hub at a time; the host's lock on its data folder sees to that. Two would damage nothing, for
/// every turn replaces the state that it began with and the loser of a race starts over, but they would run activities twice and
/// one might wait for what the other one has heard.</para>
/// </remarks>
public sealed partial class DurableEngine : IHostedService, IDisposable
{
    private readonly ConcurrentDictionary<string, Instance> _instances = new(StringComparer.Ordinal);
    private readonly IReadOnlyDictionary<string, OrchestratorBody> _orchestrators;
    private readonly DurableOptions _options;
    private readonly ILoggerFactory _loggers;
    private readonly ILogger _logger;
    private readonly SemaphoreSlim _turns;
    private readonly TimerQueue _timers;
    private readonly ActivityPool _activities;
    private readonly CancellationTokenSource _abort = new();
    private readonly TaskCompletionSource _quiet = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _recovery = Task.CompletedTask;
    private volatile bool _isRunning;
    private int _atWork;
    private int _loadedCount;
    private long _turnCount;
    private long _lastSequence;

    /// <summary>An engine at rest; <see cref="StartAsync"/> takes up what an earlier process left unfinished.</summary>
    /// <param name="orchestrators">By name; compared as the dictionary compares.</param>
    /// <param name="activities">By name; compared as the dictionary compares.</param>
    public DurableEngine(
        ITableStore tables,
        TimeProvider time,
        IdSource ids,
        ILoggerFactory loggers,
        DurableOptions options,
        IReadOnlyDictionary<string, OrchestratorBody> orchestrators,
        IReadOnlyDictionary<string, ActivityBody> activities)
    {
        (Time, Ids, _loggers, _options, _orchestrators) = (time, ids, loggers, options, orchestrators);
        _logger = loggers.CreateLogger<DurableEngine>();
        _turns = new SemaphoreSlim(options.MaxConcurrentTurns);
        Store = new DurableStore(tables, options.HubName);
        _timers = new TimerQueue(time, OnTimer);
        _activities = new ActivityPool(activities, options, _logger, OnActivityEnded);
    }

    internal DurableStore Store { get; }

    internal StatusSignals Signals { get; } = new();

    internal TimeProvider Time { get; }

    internal IdSource Ids { get; }

    internal DurableOptions Options => _options;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _isRunning = true;
        _activities.Start();
        _recovery = Task.Run(RecoverAsync, CancellationToken.None);
        return Task.CompletedTask;
    }

    /// <summary>Cancels running activities, which run again after the next start, and lets turns that are under way finish.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (!_isRunning)
        {
            return;
        }

        await _activities.StopAsync(cancellationToken);
        _isRunning = false;
        if (Volatile.Read(ref _atWork) is 0)
        {
            _quiet.TrySetResult();
        }

        await using var abort = cancellationToken.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), _abort);
        await Task.WhenAll(_quiet.Task, _recovery).WaitAsync(cancellationToken);
    }

    public void Dispose()
    {
        _timers.Dispose();
        _activities.Dispose();
        _abort.Dispose();
        _turns.Dispose();
    }

    /// <summary>Creates an instance and lets it begin.</summary>
    internal async Task<CreateOutcome> CreateAsync(NewInstance request, CancellationToken cancellationToken)
    {
        if (await Store.FindAsync(request.Id, cancellationToken) is { State: { IsOver: true } ended })
        {
            // The earlier holder of the id may still have to tell its parent.
            await DeliverAsync(await UndeliveredAsync(ended, cancellationToken), cancellationToken);
        }

        var instance = await EnterAsync(request.Id, cancellationToken);
        try
        {
            var existing = await Store.FindAsync(request.Id, cancellationToken);
            if (existing is { State: { } state })
            {
                if (request.Parent is not null && state.Parent == request.Parent)
                {
                    return new CreateOutcome.Repeated();
                }

                if (request.Occupied.Contains(state.Status))
                {
                    return new CreateOutcome.Refused(state.Status);
                }
            }

            await Store.AnnounceAsync(request.Id, cancellationToken);
            var created = request.ToState(existing?.State, Ids.NewId(), Time.GetUtcNow());
            _ = await Store.CommitAsync(new TurnCommit(created, existing?.ETag, [], [], Input: request.Input), cancellationToken)
                ?? throw new InvalidOperationException($"'{request.Id}' was changed by another process while it was created.");
            SetLoaded(instance, null);
        }
        finally
        {
            instance.Gate.Release();

            // Also when the store failed: it may have done so after it had created the instance.
            Signals.Raise(request.Id);
            Post(request.Id, Envelope.Look);
        }

        return new CreateOutcome.Created();
    }

    /// <summary>Puts a message from outside into an instance's inbox; does nothing if there is no such instance or it has ended.</summary>
    internal Task TellAsync(string instanceId, HistoryEvent message, CancellationToken cancellationToken) =>
        SendAsync(new Outgoing.Send(instanceId, DurableRows.FromClient(NextSequence()), message), cancellationToken);

    /// <returns>Whether there was such an instance and it had ended.</returns>
    internal async Task<bool> PurgeAsync(string instanceId, CancellationToken cancellationToken)
    {
        if (await Store.FindAsync(instanceId, cancellationToken) is not { State.IsOver: true } ended)
        {
            return false;
        }

        // Others may not have been told yet; they must be before nobody knows any more.
        await DeliverAsync(await UndeliveredAsync(ended.State, cancellationToken), cancellationToken);
        var instance = await EnterAsync(instanceId, cancellationToken);
        try
        {
            if (await Store.FindAsync(instanceId, cancellationToken) is not { State.IsOver: true })
            {
                return false;
            }

            await Store.PurgeAsync(instanceId, cancellationToken);
            SetLoaded(instance, null);
            return true;
        }
        finally
        {
            instance.Gate.Release();
        }
    }

    /// <summary>The gate of the instance, held; whoever holds it alone changes what is stored of it.</summary>
    private async Task<Instance> EnterAsync(string instanceId, CancellationToken cancellationToken)
    {
        while (true)
        {
            var instance = _instances.GetOrAdd(instanceId, static id => new Instance(id));
            await instance.Gate.WaitAsync(cancellationToken);
            if (!instance.IsRetired)
            {
                return instance;
            }

            instance.Gate.Release();
        }
    }

    /// <summary>Takes up every instance that has something left to do.</summary>
    private async Task RecoverAsync()
    {
        try
        {
            await foreach (var id in Store.ActiveAsync(_abort.Token))
            {
                if (!_isRunning)
                {
                    return;
                }

                Post(id, Envelope.Look);
            }
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            RecoveryFailed(failure);
            _timers.Set(TimerKey.Again(string.Empty), Time.GetUtcNow() + _options.StoreRetryDelay);
        }
    }

    private void OnTimer(TimerKey key)
    {
        if (key.InstanceId.Length is 0)
        {
            _recovery = Task.Run(RecoverAsync);
        }
        else
        {
            Post(key.InstanceId, key.Step < 0 ? Envelope.Look : new Envelope(key.ExecutionId, key.Generation, new TimerFired(key.Step)));
        }
    }

    private void OnActivityEnded(ActivityWork work, FinishedStep end) =>
        Post(work.InstanceId, new Envelope(work.ExecutionId, work.Generation, end));

    /// <summary>Grows with the clock, and by itself where the clock stands still or was set back.</summary>
    private long NextSequence()
    {
        while (true)
        {
            var last = Volatile.Read(ref _lastSequence);
            var next = Math.Max(last + 1, Time.GetUtcNow().UtcTicks);
            if (Interlocked.CompareExchange(ref _lastSequence, next, last) == last)
            {
                return next;
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Unfinished orchestrations could not be looked up; trying again")]
    private partial void RecoveryFailed(Exception failure);

    [LoggerMessage(Level = LogLevel.Error, Message = "A turn of {InstanceId} could not be completed; trying again")]
    private partial void TurnFailed(Exception failure, string instanceId);

    [LoggerMessage(Level = LogLevel.Information, Message = "Orchestration {Name} {InstanceId} ended as {Status}")]
    private partial void Ended(string name, string instanceId, Microsoft.DurableTask.Client.OrchestrationRuntimeStatus status);
}
