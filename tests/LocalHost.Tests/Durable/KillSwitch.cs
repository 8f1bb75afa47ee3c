using Mlops.Storage;

namespace Mlops.LocalHost.Durable;

/// <summary>A table store that a process holds until it dies: from a certain commit on nothing it asks for ever comes back.</summary>
/// <param name="commits">How many commits are made before the process dies.</param>
/// <param name="isLastMade">Whether the commit at which it dies is made without its being told.</param>
public sealed class KillSwitch(ITableStore tables, int commits, bool isLastMade) : ITableStore
{
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource _died = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _left = commits;
    private int _underWay;
    private bool _isDying;

    /// <summary>Ends when the process has died and nothing it asked for is still under way, as nothing of a dead process is.</summary>
    public Task Died => _died.Task;

    public Task<TableRow?> FindAsync(TableKey key, CancellationToken cancellationToken) =>
        LiveAsync(() => tables.FindAsync(key, cancellationToken));

    public Task<TablePage> ScanAsync(TableScan scan, CancellationToken cancellationToken) =>
        LiveAsync(() => tables.ScanAsync(scan, cancellationToken));

    public Task<CommitOutcome> CommitAsync(string partition, IReadOnlyList<TableWrite> writes, CancellationToken cancellationToken) =>
        LiveAsync(async () =>
        {
            var left = Interlocked.Decrement(ref _left);
            if (left <= 0)
            {
                Kill();
            }

            return left > 0 || (left is 0 && isLastMade)
                ? await tables.CommitAsync(partition, writes, cancellationToken)
                : new CommitOutcome.Refused(0, RefusalReason.Stale);
        });

    public void Kill()
    {
        lock (_lock)
        {
            _isDying = true;
            if (_underWay is 0)
            {
                _died.TrySetResult();
            }
        }
    }

    /// <summary>Does the work of the living; the dying never hear what came of it.</summary>
    private async Task<T> LiveAsync<T>(Func<Task<T>> work)
    {
        if (TryEnter())
        {
            var result = await work();
            if (IsAliveAfterLeaving())
            {
                return result;
            }
        }

        return await new TaskCompletionSource<T>().Task;
    }

    private bool TryEnter()
    {
        lock (_lock)
        {
            _underWay += _isDying ? 0 : 1;
            return !_isDying;
        }
    }

    private bool IsAliveAfterLeaving()
    {
        lock (_lock)
        {
            _underWay--;
            if (_isDying && _underWay is 0)
            {
                _died.TrySetResult();
            }

            return !_isDying;
        }
    }
}
