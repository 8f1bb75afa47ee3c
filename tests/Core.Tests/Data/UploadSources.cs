using Mlops.Storage;

namespace Mlops.Data;

/// <summary>An upload whose body never ends, or whose connection breaks after so many bytes.</summary>
internal sealed class EndlessCsv(long breaksAfter) : ReadOnlyStream
{
    private static readonly byte[] Lines = [.. Enumerable.Repeat("1\n"u8.ToArray(), 8_192).SelectMany(line => line)];

    public long Given { get; private set; }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (Given >= breaksAfter)
        {
            throw new IOException("The connection was reset.");
        }

        var count = Math.Min(buffer.Length, Lines.Length);
        Lines.AsSpan(0, count).CopyTo(buffer.Span);
        Given += count;
        return ValueTask.FromResult(count);
    }
}

/// <summary>A short upload during which something happens.</summary>
internal sealed class SlowCsv(Func<Task> meanwhile) : ReadOnlyStream
{
    private bool _isRead;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_isRead)
        {
            return 0;
        }

        _isRead = true;
        await meanwhile();
        cancellationToken.ThrowIfCancellationRequested();
        "a\n1\n"u8.CopyTo(buffer.Span);
        return 4;
    }
}

/// <summary>What a stream that is read asynchronously from start to end need not say.</summary>
internal abstract class ReadOnlyStream : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() { }
}

/// <summary>Storage whose process dies after so many commits.</summary>
internal sealed class DyingTables(ITableStore tables, int commits) : ITableStore
{
    private int _left = commits;

    public Task<TableRow?> FindAsync(TableKey key, CancellationToken cancellationToken) => tables.FindAsync(key, cancellationToken);

    public Task<TablePage> ScanAsync(TableScan scan, CancellationToken cancellationToken) => tables.ScanAsync(scan, cancellationToken);

    public Task<CommitOutcome> CommitAsync(string partition, IReadOnlyList<TableWrite> writes, CancellationToken cancellationToken) =>
        _left-- > 0 ? tables.CommitAsync(partition, writes, cancellationToken) : throw new IOException("The process was killed.");
}
