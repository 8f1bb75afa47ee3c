namespace Mlops.Data;

/// <summary>A stream that is read once, asynchronously, from start to end.</summary>
internal abstract class ForwardStream : Stream
{
    public sealed override bool CanRead => true;

    public sealed override bool CanSeek => false;

    public sealed override bool CanWrite => false;

    public sealed override long Length => throw new NotSupportedException("The length is not known before the end.");

    public sealed override long Position
    {
        get => throw new NotSupportedException("It is read once, from start to end.");
        set => throw new NotSupportedException("It is read once, from start to end.");
    }

    public abstract override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default);

    public sealed override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public sealed override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("It is read asynchronously.");

    public sealed override long Seek(long offset, SeekOrigin origin) =>
        throw new NotSupportedException("It is read once, from start to end.");

    public sealed override void SetLength(long value) => throw new NotSupportedException("It is only read.");

    public sealed override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("It is only read.");

    public sealed override void Flush() { }
}
