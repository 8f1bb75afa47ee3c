using System.Collections.Concurrent;

namespace Mlops.Storage;

/// <summary>Reading connections: as many as there are threads reading at this moment, of which a few stay open for the next.</summary>
internal sealed class ReaderPool(string path) : IDisposable
{
    private const int MaxIdle = 16;

    private readonly ConcurrentBag<ReadSession> _idle = [];
    private int _idleCount;
    private volatile bool _disposed;

    public T Read<T>(Func<ReadSession, T> read)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var session = TryTake() ?? new(path);
        try
        {
            return read(session);
        }
        finally
        {
            Return(session);
        }
    }

    public void Dispose()
    {
        _disposed = true;
        while (TryTake() is { } session)
        {
            session.Dispose();
        }
    }

    private ReadSession? TryTake()
    {
        if (!_idle.TryTake(out var session))
        {
            return null;
        }

        Interlocked.Decrement(ref _idleCount);
        return session;
    }

    private void Return(ReadSession session)
    {
        if (Interlocked.Increment(ref _idleCount) > MaxIdle)
        {
            Interlocked.Decrement(ref _idleCount);
            session.Dispose();
            return;
        }

        _idle.Add(session);
        if (_disposed)
        {
            Dispose();
        }
    }
}
