using Mlops.Storage;

namespace Mlops.LocalHost.Durable;

/// <summary>A table store that a process holds until it dies: from a certain commit on nothing it asks for ever comes back.</summary>
/// <param name="commits">How many commits are made before the process dies.</param>
/// <param name="isLastMade">Whether the commit at which it dies is made without its being told.</param>
public sealed class KillSwitch(ITableStore tables, int commits, bool isLastMade) : ITableStore
{
    private readonly TaskCompletionSource _died = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _left = commits;

    /// <summary>Ends when the process has died.</summary>
    public Task Died => _died.Task;

    public void Kill() => _died.TrySetResult();

    public async Task<TableRow?> FindAsync(TableKey key, CancellationToken cancellationToken)
    {
        await LiveAsync();
        return await tables.FindAsync(key, cancellationToken);
    }

    public async Task<TablePage> ScanAsync(TableScan scan, CancellationToken cancellationToken)
    {
        await LiveAsync();
        return await tables.ScanAsync(scan, cancellationToken);
    }

    public async Task<CommitOutcome> CommitAsync(string partition, IReadOnlyList<TableWrite> writes, CancellationToken cancellationToken)
    {
        await LiveAsync();
        var left = Interlocked.Decrement(ref _left);
        if (left > 0 || (left is 0 && isLastMade))
        {
            var outcome = await tables.CommitAsync(partition, writes, cancellationToken);
            if (left > 0)
            {
                return outcome;
            }
        }

        Kill();
        await LiveAsync();
        throw new InvalidOperationException("The dead do not commit.");
    }

    private Task LiveAsync() => _died.Task.IsCompleted ? new TaskCompletionSource().Task : Task.CompletedTask;
}
