namespace Mlops.LocalHost.Durable;

/// <summary>How instances take turns.</summary>
public sealed partial class DurableEngine
{
    private void Post(string instanceId, Envelope envelope)
    {
        if (!_isRunning)
        {
            return;
        }

        bool mustRun;
        Instance instance;
        do
        {
            instance = _instances.GetOrAdd(instanceId, static id => new Instance(id));
        }
        while (!instance.TryPost(envelope, out mustRun));

        if (mustRun)
        {
            Interlocked.Increment(ref _atWork);
            _ = Task.Run(() => RunAsync(instance));
        }
    }

    private async Task RunAsync(Instance instance)
    {
        try
        {
            await _turns.WaitAsync(_abort.Token);
            try
            {
                await TakeTurnsAsync(instance);
            }
            finally
            {
                _turns.Release();
            }
        }
        catch (OperationCanceledException) when (_abort.IsCancellationRequested)
        {
            // Whoever stops the host had no more time; what is not written will be decided again.
        }
        finally
        {
            if (Interlocked.Decrement(ref _atWork) is 0 && !_isRunning)
            {
                _quiet.TrySetResult();
            }
        }
    }

    /// <summary>Takes turns until the mailbox is empty or waits for a timer.</summary>
    private async Task TakeTurnsAsync(Instance instance)
    {
        while (instance.TryTake(out var batch))
        {
            try
            {
                await TakeTurnAsync(instance, batch);
            }
            catch (Exception failure) when (!_abort.IsCancellationRequested && failure is not OutOfMemoryException)
            {
                // The store failed, or holds what cannot be read. Memory may be ahead of it, so begin again from what it says.
                TurnFailed(failure, instance.Id);
                await UnloadAsync(instance);
                Park(instance, [Envelope.Look, .. batch], TimerKey.Again(instance.Id), Time.GetUtcNow() + _options.StoreRetryDelay);
            }
        }

        TryRetire(instance);
        EvictSome();
    }

    private async Task TakeTurnAsync(Instance instance, List<Envelope> batch)
    {
        Delivery delivery;
        await instance.Gate.WaitAsync(_abort.Token);
        try
        {
            if (instance.Loaded is { } loaded)
            {
                delivery = await TakeTurnAsync(instance, loaded, batch, isFresh: false);
            }
            else if (await Store.FindAsync(instance.Id, _abort.Token) is not { State: var state } stored)
            {
                Unmark(instance.Id, batch);
                return;
            }
            else if (state.IsOver)
            {
                Unmark(instance.Id, batch);
                Signals.Raise(instance.Id);
                delivery = await UndeliveredAsync(state, _abort.Token);
            }
            else
            {
                // The turn before may have been written and not been heard of.
                Signals.Raise(instance.Id);
                delivery = await UndeliveredAsync(state, _abort.Token);
                SetLoaded(instance, await LoadAsync(stored));
                batch = await MergeInboxAsync(instance, batch);
                delivery = delivery.Then(await TakeTurnAsync(instance, instance.Loaded!, batch, isFresh: true));
            }
        }
        finally
        {
            instance.Gate.Release();
        }

        // Without the gate: telling another instance may need that one's, and two may be telling each other.
        await DeliverAsync(delivery, _abort.Token);
    }

    private async Task<Delivery> TakeTurnAsync(Instance instance, LoadedInstance loaded, List<Envelope> batch, bool isFresh)
    {
        var before = loaded.Stored.State;
        var now = Time.GetUtcNow();
        if (!loaded.Execution.IsStarted && before.StartAt > now && !batch.Any(envelope => envelope.Event is Terminated))
        {
            var start = new TimerKey(before.Id, before.ExecutionId, before.Generation, TimerKey.DelayedStart);
            Park(instance, batch.Where(envelope => envelope.Event is not null), start, before.StartAt.Value);
            return new Delivery(before, [], [], false);
        }

        instance.LastTurn = Interlocked.Increment(ref _turnCount);
        var turn = Turn.Take(loaded, batch, now);
        if (turn.Commit is { } commit)
        {
            loaded.Stored = await Store.CommitAsync(commit, _abort.Token)
                ?? throw new InvalidOperationException($"'{instance.Id}' was changed by another process during a turn.");
        }

        Unmark(instance.Id, batch);
        var after = loaded.Stored.State;
        if (after.Status != before.Status)
        {
            Signals.Raise(instance.Id);
        }

        foreach (var step in turn.CancelledTimers)
        {
            _timers.Cancel(TimerOf(before, step));
        }

        if (!after.IsOver && turn.Beginning is null)
        {
            SetInMotion(before, isFresh ? loaded.Execution.OpenSteps : turn.Steps);
        }
        else
        {
            End(instance, before, turn);
        }

        string[] rows = turn.Commit?.Outbox is null ? [] : [DurableRows.Outbox(before.Generation, before.Batches)];
        return new Delivery(after, rows, turn.Outgoing, turn.Beginning is not null);
    }

    /// <summary>Lets go of a generation that has ended and begins the next one if there is to be one.</summary>
    private void End(Instance instance, InstanceState before, Turn turn)
    {
        if (instance.Loaded is not { Stored: var stored, Execution: var execution })
        {
            return;
        }

        foreach (var timer in execution.OpenSteps.OfType<TimerCreated>())
        {
            _timers.Cancel(TimerOf(before, timer.Id));
        }

        if (execution.Ending is Ending.Completed or Ending.ContinuedAsNew)
        {
            // Called and not waited for: it runs all the same.
            SetInMotion(before, turn.Steps.OfType<TaskScheduled>());
        }

        if (turn.Beginning is not { } beginning)
        {
            SetLoaded(instance, null);
            Ended(stored.State.Name, instance.Id, stored.State.Status);
            return;
        }

        var next = Prepare(stored.State, turn.Commit?.Input);
        next.Replay(beginning, replaying: false);
        SetLoaded(instance, new LoadedInstance(stored, next));
        instance.TryPost(Envelope.Look, out _);
    }

    private void SetInMotion(InstanceState state, IEnumerable<ScheduledStep> steps)
    {
        foreach (var step in steps)
        {
            if (step is TaskScheduled task)
            {
                _activities.Enqueue(new ActivityWork(state.Id, state.ExecutionId, state.Generation, task));
            }
            else if (step is TimerCreated timer)
            {
                _timers.Set(TimerOf(state, timer.Id), timer.FireAt);
            }
        }
    }

    private void Park(Instance instance, IEnumerable<Envelope> batch, TimerKey until, DateTimeOffset due)
    {
        // Parked first: the timer may fire at once.
        instance.PutBack(batch, parked: true);
        _timers.Set(until, due);
    }

    /// <summary>What these messages report has been recorded, or nobody wants to know it any more.</summary>
    private void Unmark(string instanceId, List<Envelope> batch)
    {
        foreach (var envelope in batch)
        {
            if (envelope is { Generation: { } generation, Event: FinishedStep ended and (TaskCompleted or TaskFailed) })
            {
                _activities.Forget(instanceId, generation, ended.Id);
            }
        }
    }

    private async Task<LoadedInstance> LoadAsync(StoredState stored)
    {
        var state = stored.State;
        var execution = Prepare(state, await Store.InputAsync(state, _abort.Token));
        execution.Replay(await Store.HistoryAsync(state.Id, state.Generation, state.Batches, _abort.Token), replaying: true);
        return new LoadedInstance(stored, execution);
    }

    private Execution Prepare(InstanceState state, string? input) => new(
        state,
        input,
        _orchestrators.GetValueOrDefault(state.Name),
        _options.DataConverter,
        _loggers,
        () => Post(state.Id, Envelope.Look));

    /// <summary>Messages that lie in the inbox and those that are memory only; one that is in neither has been consumed.</summary>
    private async Task<List<Envelope>> MergeInboxAsync(Instance instance, List<Envelope> batch)
    {
        List<Envelope> inbox = await Store.InboxAsync(instance.Id, _abort.Token);
        instance.PutBack([.. inbox, .. batch.Where(envelope => envelope.Row is null), Envelope.Look], parked: false);
        instance.TryTake(out var first);
        return first;
    }

    private static TimerKey TimerOf(InstanceState state, int step) => new(state.Id, state.ExecutionId, state.Generation, step);
}
