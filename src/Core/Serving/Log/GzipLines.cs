using System.IO.Compression;
using System.Runtime.CompilerServices;

namespace Mlops.Serving;

/// <summary>Reads the lines of a blob of gzip members as far as it is in order.</summary>
internal static class GzipLines
{
    private const int FirstGuess = 64 * 1024;

    /// <summary>The whole lines, each in memory of its own; ends where the blob does or where it is torn.</summary>
    public static async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(
        Stream compressed, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var plain = new GZipStream(compressed, CompressionMode.Decompress, leaveOpen: true);
        var buffer = new byte[FirstGuess];
        for (int kept = 0, read; (read = await TryReadAsync(plain, buffer.AsMemory(kept), cancellationToken)) > 0;)
        {
            var (start, end) = (0, kept + read);
            for (int length; (length = buffer.AsSpan(start, end - start).IndexOf((byte)'\n')) >= 0; start += length + 1)
            {
                yield return buffer.AsSpan(start, length).ToArray();
            }

            kept = end - start;
            buffer.AsSpan(start, kept).CopyTo(buffer);
            if (kept == buffer.Length)
            {
                Array.Resize(ref buffer, 2 * kept);
            }
        }
    }

    private static async ValueTask<int> TryReadAsync(GZipStream plain, Memory<byte> into, CancellationToken cancellationToken)
    {
        try
        {
            return await plain.ReadAsync(into, cancellationToken);
        }
        catch (InvalidDataException)
        {
            // Torn or damaged: nothing after it can be read, which the numbers of the records will tell.
            return 0;
        }
    }
}
