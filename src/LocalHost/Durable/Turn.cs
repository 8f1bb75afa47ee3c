using Microsoft.DurableTask.Client;

namespace Mlops.LocalHost.Durable;

/// <summary>What a turn came to: what must be written, and what may happen once it is written.</summary>
/// <param name="Commit">Absent if nothing has changed.</param>
/// <param name="Steps">New steps.</param>
/// <param name="CancelledTimers">Steps whose timers are no longer wanted.</param>
/// <param name="Outgoing">What other instances have to be told; the commit holds an outbox entry for it.</param>
/// <param name="Beginning">How the next generation begins, if the orchestrator asked for one.</param>
internal sealed record Turn(
    TurnCommit? Commit,
    IReadOnlyList<ScheduledStep> Steps,
    IReadOnlyList<int> CancelledTimers,
    IReadOnlyList<Outgoing> Outgoing,
    IReadOnlyList<HistoryEvent>? Beginning)
{
    /// <summary>Tells an execution what happened and lets it go as far as it can.</summary>
    public static Turn Take(LoadedInstance loaded, IReadOnlyList<Envelope> batch, DateTimeOffset now)
    {
        var (stored, execution) = (loaded.Stored, loaded.Execution);
        var started = new TurnStarted(now > execution.Now ? now : execution.Now);
        var events = new List<HistoryEvent> { started };
        var consumed = new List<string>();
        execution.Deliver(started);
        if (!execution.IsStarted && !batch.Any(envelope => envelope.Event is Terminated && IsMeant(envelope, stored.State)))
        {
            events.Add(new ExecutionStarted());
            execution.Deliver(events[^1]);
        }

        foreach (var envelope in batch)
        {
            if (envelope.Row is { } row)
            {
                if (!loaded.Consumed.Add(row))
                {
                    continue;
                }

                consumed.Add(row);
            }

            if (envelope.Event is { } message && IsMeant(envelope, stored.State) && execution.Accepts(message))
            {
                events.Add(message);
                execution.Deliver(message);
            }
        }

        execution.Inspect();
        var (steps, cancelled) = execution.TakeNews();
        events.AddRange(steps);
        var isChanged = events.Count > 1 || consumed.Count > 0 || execution.Ending is not null
            || execution.CustomStatus != stored.State.CustomStatus;
        return isChanged ? Write(stored, execution, events, consumed, steps, cancelled) : new Turn(null, [], cancelled, [], null);
    }

    private static bool IsMeant(Envelope envelope, InstanceState state) =>
        envelope.ExecutionId == state.ExecutionId && (envelope.Generation ?? state.Generation) == state.Generation;

    private static Turn Write(
        StoredState stored,
        Execution execution,
        List<HistoryEvent> events,
        List<string> consumed,
        IReadOnlyList<ScheduledStep> steps,
        IReadOnlyList<int> cancelled)
    {
        var state = stored.State;
        var next = After(state, execution);
        var output = execution.Ending switch
        {
            Ending.Completed completed => completed.Output,
            Ending.Terminated terminated => terminated.Output,
            _ => null,
        };
        var entry = new OutboxEntry(
            state.Generation,
            Batches: 0,
            [.. steps.Where(step => step is SubOrchestrationScheduled or EventSent).Select(step => step.Id)],
            execution.Ending is Ending.Terminated { Recursive: true }
                ? [.. execution.OpenSteps.OfType<SubOrchestrationScheduled>().Select(child => child.InstanceId)]
                : [],
            next.IsOver && next.Parent is not null);
        var outgoing = Durable.Outgoing.Of(next, entry, steps, output);
        var outbox = outgoing.Count > 0 ? entry : null;
        if (next.IsOver)
        {
            events.Add(new ExecutionEnded(next.Status.ToString()));
        }

        if (execution.Ending is not Ending.ContinuedAsNew again)
        {
            var commit = new TurnCommit(next, stored.ETag, events, consumed, Outbox: outbox, Output: output);
            return new Turn(commit, steps, cancelled, outgoing, null);
        }

        HistoryEvent[] beginning = [new TurnStarted(execution.Now), new ExecutionStarted(), .. execution.Carried()];
        var closing = outbox is null ? null : new ClosedGeneration(state.Generation, state.Batches, events);
        var restart = new TurnCommit(next, stored.ETag, beginning, consumed, closing, outbox, again.Input);
        return new Turn(restart, steps, cancelled, outgoing, beginning);
    }

    private static InstanceState After(InstanceState state, Execution execution)
    {
        var next = state with { UpdatedAt = execution.Now, CustomStatus = execution.CustomStatus };
        var ended = next with { CompletedAt = execution.Now };
        return execution.Ending switch
        {
            null => next with
            {
                Status = execution.IsSuspended ? OrchestrationRuntimeStatus.Suspended : OrchestrationRuntimeStatus.Running,
            },
            Ending.Completed => ended with { Status = OrchestrationRuntimeStatus.Completed },
            Ending.Terminated => ended with { Status = OrchestrationRuntimeStatus.Terminated },
            Ending.Failed failed => ended with { Status = OrchestrationRuntimeStatus.Failed, Failure = failed.Failure },
            Ending.ContinuedAsNew again => next with
            {
                Status = OrchestrationRuntimeStatus.Running,
                Generation = state.Generation + 1,
                Batches = 0,
                Version = again.Version,
            },
            var other => throw new System.Diagnostics.UnreachableException(other.ToString()),
        };
    }
}
