namespace Mlops.Storage;

/// <summary>A source that gives some bytes and then calls <paramref name="then"/>, or without it throws an <see cref="IOException"/>.</summary>
public sealed class BreakingStream(int bytes, Action? then = null) : MemoryStream(new byte[bytes])
{
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (Position < bytes)
        {
            return await base.ReadAsync(buffer, cancellationToken);
        }

        (then ?? (() => throw new IOException("The source broke.")))();
        cancellationToken.ThrowIfCancellationRequested();
        return 0;
    }

    public override async Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken)
    {
        var buffer = new byte[bufferSize];
        for (int read; (read = await ReadAsync(buffer, cancellationToken)) > 0;)
        {
            await destination.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
        }
    }
}
