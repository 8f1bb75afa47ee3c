using Mlops.Storage;

namespace Mlops.Registry;

/// <summary>One attempt at changing a model: rows and history entries that are committed together, if nothing else changed the model
/// since it was opened.</summary>
/// <remarks>Reads made after opening are valid if the commit succeeds, because every change replaces the head.</remarks>
internal sealed class ModelChange
{
    private readonly ITableStore _tables;
    private readonly string _partition;
    private readonly string _actor;
    private readonly List<TableWrite> _writes = [];
    private readonly string _headTag;
    private IReadOnlyList<string?> _tags = [];

    private ModelChange(ITableStore tables, string partition, TableRow head, string actor, DateTimeOffset now)
    {
        (_tables, _partition, _actor, _headTag) = (tables, partition, actor, head.ETag);
        Head = head.Read<ModelHead>();
        Now = now > Head.ChangedAt ? now : Head.ChangedAt;
    }

    public ModelHead Head { get; set; }

    /// <summary>The change's instant, never before the last change's.</summary>
    public DateTimeOffset Now { get; }

    /// <returns>Null if there is no such model.</returns>
    public static async Task<ModelChange?> OpenAsync(
        ITableStore tables, string partition, string actor, TimeProvider time, CancellationToken cancellationToken) =>
        await tables.FindAsync(new TableKey(partition, ModelRows.Head), cancellationToken) is { } head
            ? new ModelChange(tables, partition, head, actor, time.GetUtcNow())
            : null;

    public void Put<T>(string row, T value) => _writes.Add(new TableWrite.Upsert(row, Documents.Write(value)));

    public void Delete(string row) => _writes.Add(new TableWrite.Delete(row));

    public void Record(HistoryKind kind, int? version = null, AliasName? alias = null, string? from = null, string? to = null)
    {
        Head = Head with { LastSequence = Head.LastSequence + 1 };
        Put(ModelRows.History(Head.LastSequence), new HistoryEntry(Head.LastSequence, Now, _actor, kind, version, alias, from, to));
    }

    public void Assign(AliasName alias, int? version) =>
        Put(ModelRows.Assignment(alias, Now, Head.LastSequence), new AssignmentRow(Now, _actor, version));

    /// <returns><see langword="false"/> if the model changed in the meantime: nothing was written, open again.</returns>
    public async Task<bool> CommitAsync(CancellationToken cancellationToken)
    {
        _writes.Insert(0, new TableWrite.Replace(ModelRows.Head, Documents.Write(Head with { ChangedAt = Now }), _headTag));
        if (await _tables.CommitAsync(_partition, _writes, cancellationToken) is not CommitOutcome.Committed committed)
        {
            return false;
        }

        _tags = committed.ETags;
        return true;
    }

    /// <summary>The tag that a row got by the commit.</summary>
    public string TagOf(string row) => _tags[_writes.FindIndex(write => write.Row == row)] ?? "";
}
