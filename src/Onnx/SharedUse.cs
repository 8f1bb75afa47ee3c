namespace Mlops.Onnx;

/// <summary>Counts the calls that use something native: it is freed once it is disposed and the last of them has ended.</summary>
/// <param name="owner">The name in the exception of a call that comes too late.</param>
internal sealed class SharedUse(string owner, Action free) : IDisposable
{
    private int _users = 1;
    private bool _isDisposed;
    private bool _isFreed;

    /// <exception cref="ObjectDisposedException">It was disposed before.</exception>
    public void Enter()
    {
        Interlocked.Increment(ref _users);
        if (Volatile.Read(ref _isDisposed))
        {
            Leave();
            throw new ObjectDisposedException(owner);
        }
    }

    public void Leave()
    {
        // Who comes after disposal counts up from zero and down again, so zero is reached more than once.
        if (Interlocked.Decrement(ref _users) == 0 && !Interlocked.Exchange(ref _isFreed, true))
        {
            free();
        }
    }

    public void Dispose()
    {
        if (!Interlocked.Exchange(ref _isDisposed, true))
        {
            Leave();
        }
    }
}
