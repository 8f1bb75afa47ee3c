using System.Collections.Concurrent;

namespace Mlops.Storage;

/// <summary>One thread that owns the only writing connection and commits together what is waiting.</summary>
/// <remarks>
/// Flushing to disk is what a commit costs, and it costs the same for one as for hundreds. While one group is being flushed the
/// next gathers, so throughput grows with the number of callers and a lone caller does not wait for company. If anything in
/// a group fails, the group is undone and each piece of work is tried again by itself, so that nobody suffers for another.
/// </remarks>
internal sealed class GroupCommitWriter : IDisposable
{
    private const int LargestGroup = 1_024;
    private const long LargestGroupBytes = 8 * 1024 * 1024;

    private readonly BlockingCollection<Work> _queue = [];
    private readonly WriteSession _session;
    private readonly Thread _thread;

    public GroupCommitWriter(string path)
    {
        _session = new(path);
        _thread = new(Run) { IsBackground = true, Name = "SQLite writer" };
        _thread.Start();
    }

    /// <summary>Runs <paramref name="work"/> within a transaction, and completes when that is on the disk.</summary>
    /// <param name="work">Touches nothing but the session: it may run twice.</param>
    /// <param name="bytes">About how much it writes.</param>
    /// <param name="cancellationToken">Obeyed until the work begins; a call that ends as cancelled has written nothing.</param>
    public Task<T> RunAsync<T>(Func<WriteSession, T> work, long bytes, CancellationToken cancellationToken)
    {
        var waiting = new Work<T>(work, bytes, cancellationToken);
        ObjectDisposedException.ThrowIf(_queue.IsAddingCompleted, this);
        _queue.Add(waiting, CancellationToken.None);
        return waiting.Task;
    }

    /// <summary>Finishes what was asked for before, then stops.</summary>
    public void Dispose()
    {
        if (_queue.IsAddingCompleted)
        {
            return;
        }

        _queue.CompleteAdding();
        _thread.Join();
        _session.Dispose();
        _queue.Dispose();
    }

    private void Run()
    {
        var group = new List<Work>();
        foreach (var first in _queue.GetConsumingEnumerable())
        {
            Gather(first, group);
            if (group.Count > 0 && TryCommit(group) is not null)
            {
                RunOneByOne(group);
            }

            group.Clear();
        }
    }

    private void Gather(Work first, List<Work> group)
    {
        var bytes = 0L;
        for (var next = first; ;)
        {
            if (next.TryStart())
            {
                group.Add(next);
                bytes += next.Bytes;
            }

            if (group.Count >= LargestGroup || bytes >= LargestGroupBytes || !_queue.TryTake(out next!))
            {
                return;
            }
        }
    }

    private void RunOneByOne(List<Work> group)
    {
        foreach (var work in group)
        {
            if (TryCommit([work]) is { } failure)
            {
                work.Fail(failure);
            }
        }
    }

    /// <returns>What went wrong; then nothing was written.</returns>
    private Exception? TryCommit(List<Work> group)
    {
        try
        {
            _session.Begin();
            foreach (var work in group)
            {
                work.Apply(_session);
            }

            _session.Commit();
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            // It belongs to whoever asked, not to this thread.
            _session.Rollback();
            return failure;
        }

        foreach (var work in group)
        {
            work.Complete();
        }

        return null;
    }

    private abstract class Work(long bytes)
    {
        public long Bytes => bytes;

        public abstract bool TryStart();

        public abstract void Apply(WriteSession session);

        public abstract void Complete();

        public abstract void Fail(Exception failure);
    }

    private sealed class Work<T>(Func<WriteSession, T> work, long bytes, CancellationToken cancellationToken) : Work(bytes)
    {
        private readonly TaskCompletionSource<T> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private T? _result;

        public Task<T> Task => _completion.Task;

        public override bool TryStart() => !cancellationToken.IsCancellationRequested || !_completion.TrySetCanceled(cancellationToken);

        public override void Apply(WriteSession session) => _result = work(session);

        public override void Complete() => _completion.SetResult(_result!);

        public override void Fail(Exception failure) => _completion.SetException(failure);
    }
}
