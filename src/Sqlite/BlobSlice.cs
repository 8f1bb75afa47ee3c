namespace Mlops.Storage;

/// <summary>A stretch of a file, read-only: a reader sees the blob as long as it was when it was opened.</summary>
internal sealed class BlobSlice : Stream
{
    private readonly FileStream _file;
    private readonly long _start;
    private readonly long _length;

    /// <param name="file">Positioned and disposed by this stream.</param>
    /// <param name="start">Where the stretch starts.</param>
    /// <param name="length">How long it is; the file is at least that long.</param>
    public BlobSlice(FileStream file, long start, long length)
    {
        (_file, _start, _length) = (file, start, length);
        _file.Position = start;
    }

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => _length;

    public override long Position
    {
        get => _file.Position - _start;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            _file.Position = _start + value;
        }
    }

    private int Left(int wanted) => (int)Math.Clamp(_length - Position, 0, wanted);

    public override int Read(Span<byte> buffer) => _file.Read(buffer[..Left(buffer.Length)]);

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        _file.ReadAsync(buffer[..Left(buffer.Length)], cancellationToken);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => Position + offset,
        SeekOrigin.End => _length + offset,
        _ => throw new ArgumentOutOfRangeException(nameof(origin), origin, "There is no such origin."),
    };

    public override void Flush() { }

    public override void SetLength(long value) => throw new NotSupportedException("A blob is read-only when read.");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("A blob is read-only when read.");

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _file.Dispose();
        }

        base.Dispose(disposing);
    }
}
