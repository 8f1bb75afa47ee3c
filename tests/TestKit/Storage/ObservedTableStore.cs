namespace Mlops.Storage;

/// <summary>A table store before each commit of which something else happens: another writer's work, or the death of this one.</summary>
/// <param name="inner">Where the rows are.</param>
public sealed class ObservedTableStore(ITableStore inner) : ITableStore
{
    private Func<Task>? _beforeCommit;

    /// <summary>Runs once, before the next commit; what it throws the commit throws, and then writes nothing.</summary>
    public void BeforeNextCommit(Func<Task> action) => _beforeCommit = action;

    public Task<TableRow?> FindAsync(TableKey key, CancellationToken cancellationToken) => inner.FindAsync(key, cancellationToken);

    public Task<TablePage> ScanAsync(TableScan scan, CancellationToken cancellationToken) => inner.ScanAsync(scan, cancellationToken);

    public async Task<CommitOutcome> CommitAsync(string partition, IReadOnlyList<TableWrite> writes, CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _beforeCommit, null) is { } action)
        {
            await action();
        }

        return await inner.CommitAsync(partition, writes, cancellationToken);
    }
}
