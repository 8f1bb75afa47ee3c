using System.Runtime.CompilerServices;
using Mlops.Storage;

namespace Mlops.LocalHost.Durable;

/// <summary>An instance's state row with the tag that a turn replaces.</summary>
internal sealed record StoredState(InstanceState State, string ETag);

/// <summary>Everything a turn changes, to be written whole or not at all.</summary>
/// <param name="Next">The state after the turn, its batches counted up to where the new events begin.</param>
/// <param name="ETag">The tag of the state before the turn; absent for a new instance.</param>
/// <param name="Consumed">Inbox rows whose messages the events hold.</param>
/// <param name="Closing">When a generation ends and leaves an outbox, its last events, which the outbox refers to.</param>
internal sealed record TurnCommit(
    InstanceState Next,
    string? ETag,
    IReadOnlyList<HistoryEvent> Events,
    IReadOnlyList<string> Consumed,
    ClosedGeneration? Closing = null,
    OutboxEntry? Outbox = null,
    string? Input = null,
    string? Output = null);

/// <summary>The last turn of a generation that another one follows.</summary>
internal sealed record ClosedGeneration(int Generation, int Batches, IReadOnlyList<HistoryEvent> Events);

/// <summary>Keeps instances in the table store: state, history, inbox and outbox of one instance in one partition.</summary>
/// <remarks>
/// A turn can be larger than a commit may be. Its history rows are then written ahead, beyond the count that the state row
/// gives, where no reader looks; the last commit carries the state row and makes them all count at once.
/// </remarks>
internal sealed class DurableStore(ITableStore tables, string hub)
{
    // Deletions and the state row travel with the last of the rows.
    private const int RowsAhead = 10;

    private const int BytesAhead = 1_400 * 1024;

    private readonly DurableRows _rows = new(hub);

    public async Task<StoredState?> FindAsync(string id, CancellationToken cancellationToken)
    {
        var row = await tables.FindAsync(new TableKey(_rows.Instance(id), DurableRows.State), cancellationToken);
        return row is null ? null : new StoredState(HistoryRows.Read<InstanceState>(row), row.ETag);
    }

    public Task<string?> InputAsync(InstanceState state, CancellationToken cancellationToken) =>
        TextAsync(state.Id, DurableRows.Input(state.Generation), cancellationToken);

    public Task<string?> OutputAsync(InstanceState state, CancellationToken cancellationToken) =>
        TextAsync(state.Id, DurableRows.Output(state.Generation), cancellationToken);

    public async Task<List<HistoryEvent>> HistoryAsync(string id, int generation, int batches, CancellationToken cancellationToken)
    {
        var events = new List<HistoryEvent>();
        var scan = new TableScan(
            _rows.Instance(id), DurableRows.History(generation, 0), DurableRows.History(generation, batches), Limit: 100);
        await foreach (var row in RowsAsync(scan, cancellationToken))
        {
            events.AddRange(HistoryRows.Unpack(row));
        }

        return events;
    }

    public async Task<List<Envelope>> InboxAsync(string id, CancellationToken cancellationToken)
    {
        var inbox = new List<Envelope>();
        await foreach (var row in RowsAsync(TableScan.WithPrefix(_rows.Instance(id), DurableRows.InboxPrefix), cancellationToken))
        {
            var message = HistoryRows.Read<InboxMessage>(row);
            inbox.Add(new Envelope(message.ExecutionId, message.Generation, message.Event, row.Key.Row));
        }

        return inbox;
    }

    /// <returns><see langword="false"/> if the row is there already: a repeated delivery.</returns>
    public async Task<bool> TryDeliverAsync(string id, string row, InboxMessage message, CancellationToken cancellationToken) =>
        await tables.CommitAsync(_rows.Instance(id), [new TableWrite.Insert(row, HistoryRows.Write(message))], cancellationToken)
            is CommitOutcome.Committed;

    public async Task<List<(string Row, OutboxEntry Entry)>> OutboxAsync(string id, CancellationToken cancellationToken)
    {
        var outbox = new List<(string, OutboxEntry)>();
        await foreach (var row in RowsAsync(TableScan.WithPrefix(_rows.Instance(id), DurableRows.OutboxPrefix), cancellationToken))
        {
            outbox.Add((row.Key.Row, HistoryRows.Read<OutboxEntry>(row)));
        }

        return outbox;
    }

    public Task SettleAsync(string id, string outboxRow, CancellationToken cancellationToken) =>
        tables.CommitAsync(_rows.Instance(id), [new TableWrite.Delete(outboxRow)], cancellationToken);

    /// <summary>Makes an instance findable before it exists: a state without an index entry would be lost at a restart.</summary>
    public Task AnnounceAsync(string id, CancellationToken cancellationToken)
    {
        TableWrite[] mark = [new TableWrite.Upsert(InstanceKey.Of(id), HistoryRows.Write(new IndexEntry(id)))];
        return Task.WhenAll(
            tables.CommitAsync(_rows.Index, mark, cancellationToken), tables.CommitAsync(_rows.Active, mark, cancellationToken));
    }

    public Task RetireAsync(string id, CancellationToken cancellationToken) =>
        tables.CommitAsync(_rows.Active, [new TableWrite.Delete(InstanceKey.Of(id))], cancellationToken);

    public IAsyncEnumerable<string> ActiveAsync(CancellationToken cancellationToken) =>
        IdsAsync(new TableScan(_rows.Active), cancellationToken);

    /// <summary>Instance ids in key order, those after <paramref name="after"/>.</summary>
    /// <exception cref="InvalidContinuationException">What to go on after is not an id of this listing: it must not widen it.</exception>
    public IAsyncEnumerable<string> ListAsync(string? prefix, string? after, CancellationToken cancellationToken)
    {
        if (after is not null && !(InstanceKey.IsLegal(after) && after.StartsWith(prefix ?? "", StringComparison.Ordinal)))
        {
            throw new InvalidContinuationException("The continuation does not belong to this listing.");
        }

        var all = prefix is { Length: > 0 } ? TableScan.WithPrefix(_rows.Index, InstanceKey.Escape(prefix)) : new TableScan(_rows.Index);

        // No legal character sorts before the space.
        return IdsAsync(after is null ? all : all with { From = InstanceKey.Of(after) + " " }, cancellationToken);
    }

    /// <returns>The state as written, or null if the instance is not what the turn began with: then nothing has changed.</returns>
    public async Task<StoredState?> CommitAsync(TurnCommit turn, CancellationToken cancellationToken)
    {
        var partition = _rows.Instance(turn.Next.Id);
        var writes = new List<TableWrite>();
        var closed = turn.Closing is { } closing
            ? await WriteAheadAsync(partition, writes, closing.Generation, closing.Batches, closing.Events, cancellationToken)
            : 0;
        var next = turn.Next with
        {
            Batches = await WriteAheadAsync(
                partition, writes, turn.Next.Generation, turn.Next.Batches, turn.Events, cancellationToken),
        };
        AddText(writes, DurableRows.Input(next.Generation), turn.Input);
        AddText(writes, DurableRows.Output(next.Generation), turn.Output);
        if (turn.Outbox is { } outbox)
        {
            var (row, batches) = turn.Closing is { } last
                ? (DurableRows.Outbox(last.Generation, last.Batches), closed)
                : (DurableRows.Outbox(next.Generation, turn.Next.Batches), next.Batches);
            writes.Add(new TableWrite.Upsert(row, HistoryRows.Write(outbox with { Batches = batches })));
        }

        writes.AddRange(turn.Consumed.Select(row => new TableWrite.Delete(row)));
        var state = HistoryRows.Write(next);
        writes.Add(turn.ETag is { } etag
            ? new TableWrite.Replace(DurableRows.State, state, etag)
            : new TableWrite.Insert(DurableRows.State, state));
        return await tables.CommitAsync(partition, writes, cancellationToken) is CommitOutcome.Committed { ETags: [.., { } tag] }
            ? new StoredState(next, tag)
            : null;
    }

    /// <summary>Removes what earlier generations left behind; nothing needs it once the outbox is empty.</summary>
    public async Task SweepAsync(InstanceState state, CancellationToken cancellationToken)
    {
        if (state.Generation is 0)
        {
            return;
        }

        var partition = _rows.Instance(state.Id);
        await DeleteAsync(new TableScan(partition, DurableRows.History(0, 0), DurableRows.History(state.Generation, 0)), cancellationToken);
        await DeleteAsync(new TableScan(partition, DurableRows.Input(0), DurableRows.Input(state.Generation)), cancellationToken);
        await DeleteAsync(new TableScan(partition, DurableRows.Output(0), DurableRows.Output(state.Generation)), cancellationToken);
    }

    /// <summary>Removes an instance; the state goes last, so that a purge cut short can be repeated.</summary>
    public async Task PurgeAsync(string id, CancellationToken cancellationToken)
    {
        var partition = _rows.Instance(id);
        await DeleteAsync(new TableScan(partition, To: DurableRows.State), cancellationToken);
        await tables.CommitAsync(partition, [new TableWrite.Delete(DurableRows.State)], cancellationToken);
        await tables.CommitAsync(_rows.Active, [new TableWrite.Delete(InstanceKey.Of(id))], cancellationToken);
        await tables.CommitAsync(_rows.Index, [new TableWrite.Delete(InstanceKey.Of(id))], cancellationToken);
    }

    /// <summary>Adds history rows to <paramref name="writes"/>, committing those that will not fit into the last commit.</summary>
    /// <returns>How many rows the generation has then.</returns>
    private async Task<int> WriteAheadAsync(
        string partition,
        List<TableWrite> writes,
        int generation,
        int batches,
        IReadOnlyList<HistoryEvent> events,
        CancellationToken cancellationToken)
    {
        long bytes = 0;
        foreach (var batch in HistoryRows.Pack(events))
        {
            if (writes.Count >= RowsAhead || bytes + batch.Length > BytesAhead)
            {
                await tables.CommitAsync(partition, writes, cancellationToken);
                writes.Clear();
                bytes = 0;
            }

            writes.Add(new TableWrite.Upsert(DurableRows.History(generation, batches++), batch));
            bytes += batch.Length;
        }

        return batches;
    }

    private static void AddText(List<TableWrite> writes, string row, string? text)
    {
        if (text is not null)
        {
            writes.Add(new TableWrite.Upsert(row, HistoryRows.Write(text)));
        }
    }

    private async Task<string?> TextAsync(string id, string row, CancellationToken cancellationToken) =>
        await tables.FindAsync(new TableKey(_rows.Instance(id), row), cancellationToken) is { } found
            ? HistoryRows.Read<string>(found)
            : null;

    private async Task DeleteAsync(TableScan scan, CancellationToken cancellationToken)
    {
        TablePage page;
        do
        {
            page = await tables.ScanAsync(scan with { Limit = TableLimits.MaxWritesPerCommit }, cancellationToken);
            if (page.Rows.Count > 0)
            {
                var deletes = page.Rows.Select(row => new TableWrite.Delete(row.Key.Row));
                await tables.CommitAsync(scan.Partition, [.. deletes], cancellationToken);
            }

            scan = scan with { Continuation = page.Continuation };
        }
        while (page.Continuation is not null);
    }

    private async IAsyncEnumerable<string> IdsAsync(TableScan scan, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var row in RowsAsync(scan, cancellationToken))
        {
            yield return HistoryRows.Read<IndexEntry>(row).Id;
        }
    }

    private async IAsyncEnumerable<TableRow> RowsAsync(TableScan scan, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        TablePage page;
        do
        {
            page = await tables.ScanAsync(scan, cancellationToken);
            foreach (var row in page.Rows)
            {
                yield return row;
            }

            scan = scan with { Continuation = page.Continuation };
        }
        while (page.Continuation is not null);
    }

    private sealed record IndexEntry(string Id);
}
