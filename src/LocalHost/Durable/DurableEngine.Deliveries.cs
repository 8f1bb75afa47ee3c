namespace Mlops.LocalHost.Durable;

/// <summary>How instances tell each other what they have decided.</summary>
public sealed partial class DurableEngine
{
    /// <summary>Children begun at the same time; each needs a few commits.</summary>
    private const int StartsAtOnce = 32;

    /// <summary>What the outbox says that an instance has yet to tell others.</summary>
    private async Task<Delivery> UndeliveredAsync(InstanceState state, CancellationToken cancellationToken)
    {
        var (rows, outgoing) = (new List<string>(), new List<Outgoing>());
        foreach (var (row, entry) in await Store.OutboxAsync(state.Id, cancellationToken))
        {
            var wanted = entry.Steps.ToHashSet();
            var history = await Store.HistoryAsync(state.Id, entry.Generation, entry.Batches, cancellationToken);
            var output = entry.NotifyParent ? await Store.OutputAsync(state, cancellationToken) : null;
            var steps = history.OfType<ScheduledStep>().Where(step => wanted.Contains(step.Id));
            rows.Add(row);
            outgoing.AddRange(Outgoing.Of(state, entry, steps, output));
        }

        return new Delivery(state, rows, outgoing, HasClosed: state.Generation > 0);
    }

    /// <summary>Tells the others, in order, and forgets that it had to be done.</summary>
    private async Task DeliverAsync(Delivery delivery, CancellationToken cancellationToken)
    {
        var starts = new List<Task>();
        foreach (var outgoing in delivery.Outgoing)
        {
            if (outgoing is Outgoing.Start start)
            {
                starts.Add(StartChildAsync(start, cancellationToken));
            }

            if (starts.Count >= StartsAtOnce || outgoing is not Outgoing.Start)
            {
                await Task.WhenAll(starts);
                starts.Clear();
            }

            if (outgoing is Outgoing.Send send)
            {
                await SendAsync(send, cancellationToken);
            }
        }

        await Task.WhenAll(starts);
        foreach (var row in delivery.Rows)
        {
            await Store.SettleAsync(delivery.State.Id, row, cancellationToken);
        }

        if (delivery.HasClosed)
        {
            await Store.SweepAsync(delivery.State, cancellationToken);
        }

        if (delivery.State.IsOver)
        {
            await LeaveAsync(delivery.State, cancellationToken);
        }
    }

    private async Task SendAsync(Outgoing.Send send, CancellationToken cancellationToken)
    {
        if (await Store.FindAsync(send.Target, cancellationToken) is { State: { IsOver: false } target }
            && (send.ExecutionId ?? target.ExecutionId) == target.ExecutionId)
        {
            var message = new InboxMessage(target.ExecutionId, send.Event, send.Generation);
            await Store.TryDeliverAsync(send.Target, send.Row, message, cancellationToken);
            Post(send.Target, new Envelope(target.ExecutionId, send.Generation, send.Event, send.Row));
        }
    }

    private async Task StartChildAsync(Outgoing.Start start, CancellationToken cancellationToken)
    {
        var (child, parent) = (start.Child, start.Parent);
        var request = new NewInstance(
            child.InstanceId, child.Name, child.Input, NewInstance.OccupiedByDefault, child.Version, Parent: parent);
        if (await CreateAsync(request, cancellationToken) is CreateOutcome.Refused refused)
        {
            var failure = new Failure(
                typeof(InvalidOperationException).ToString(),
                $"The sub-orchestration's instance id '{child.InstanceId}' is taken by an instance that is {refused.Status}.");
            var row = DurableRows.FromInstance(child.InstanceId, parent.ExecutionId, parent.Generation, $"s{parent.TaskId}");
            await SendAsync(
                new Outgoing.Send(
                    parent.InstanceId, row, new SubOrchestrationFailed(parent.TaskId, failure), parent.ExecutionId, parent.Generation),
                cancellationToken);
        }
    }

    /// <summary>Takes an instance that has ended and told everybody off the list of those with something left to do.</summary>
    private async Task LeaveAsync(InstanceState ended, CancellationToken cancellationToken)
    {
        var instance = await EnterAsync(ended.Id, cancellationToken);
        try
        {
            if (await Store.FindAsync(ended.Id, cancellationToken) is not { State: var now } || now.ExecutionId == ended.ExecutionId)
            {
                await Store.RetireAsync(ended.Id, cancellationToken);
            }
        }
        finally
        {
            instance.Gate.Release();
        }
    }

    /// <param name="Rows">The outbox rows that are settled by it.</param>
    /// <param name="HasClosed">Whether an earlier generation's history may go afterwards.</param>
    private sealed record Delivery(
        InstanceState State, IReadOnlyList<string> Rows, IReadOnlyList<Outgoing> Outgoing, bool HasClosed)
    {
        public Delivery Then(Delivery next) => new(
            next.State, [.. Rows, .. next.Rows], [.. Outgoing, .. next.Outgoing], HasClosed || next.HasClosed);
    }
}
