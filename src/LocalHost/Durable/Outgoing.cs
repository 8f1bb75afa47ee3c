using System.Globalization;
using Microsoft.DurableTask.Client;

namespace Mlops.LocalHost.Durable;

/// <summary>Something an instance has to tell another one, at least once; the receiver recognises repetitions.</summary>
internal abstract record Outgoing
{
    private Outgoing() { }

    /// <param name="Row">The receiver's inbox row, the same at every repetition.</param>
    public sealed record Send(string Target, string Row, HistoryEvent Event, string? ExecutionId = null, int? Generation = null) : Outgoing;

    public sealed record Start(SubOrchestrationScheduled Child, ParentLink Parent) : Outgoing;

    /// <summary>What an outbox entry stands for.</summary>
    /// <param name="state">The sender, as it was when the entry was written or later.</param>
    /// <param name="steps">The steps the entry names.</param>
    /// <param name="output">What the sender ended with, if it ended and a parent waits.</param>
    public static List<Outgoing> Of(InstanceState state, OutboxEntry entry, IEnumerable<ScheduledStep> steps, string? output)
    {
        var outgoing = new List<Outgoing>();
        string Row(string what) => DurableRows.FromInstance(state.Id, state.ExecutionId, entry.Generation, what);

        foreach (var step in steps)
        {
            if (step is SubOrchestrationScheduled child)
            {
                outgoing.Add(new Start(child, new ParentLink(state.Name, state.Id, state.ExecutionId, entry.Generation, child.Id)));
            }
            else if (step is EventSent sent)
            {
                var row = Row(string.Create(CultureInfo.InvariantCulture, $"e{sent.Id:d8}"));
                outgoing.Add(new Send(sent.Target, row, new EventRaised(sent.Name, sent.Input, Source: row)));
            }
        }

        outgoing.AddRange(entry.Terminate.Select(child => new Send(child, Row("t"), new Terminated(null, Recursive: true))));
        if (entry.NotifyParent && state.Parent is { } parent)
        {
            outgoing.Add(new Send(parent.InstanceId, Row("p"), EndOf(state, parent, output), parent.ExecutionId, parent.Generation));
        }

        return outgoing;
    }

    private static FinishedStep EndOf(InstanceState state, ParentLink parent, string? output) => state.Status switch
    {
        OrchestrationRuntimeStatus.Completed => new SubOrchestrationCompleted(parent.TaskId, output),
        OrchestrationRuntimeStatus.Terminated => new SubOrchestrationFailed(
            parent.TaskId,
            new Failure(typeof(OperationCanceledException).ToString(), output ?? $"The sub-orchestration '{state.Id}' was terminated.")),
        _ => new SubOrchestrationFailed(parent.TaskId, state.Failure ?? new Failure("(unknown)", "(unknown)")),
    };
}
