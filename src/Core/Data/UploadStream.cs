using System.Buffers;
using System.Security.Cryptography;

namespace Mlops.Data;

/// <summary>Hands an upload on to the blob store as it comes, and on the way hashes it, reads it as CSV and profiles it.</summary>
/// <param name="source">The upload.</param>
/// <param name="alongside">What takes the rows besides the profile.</param>
/// <remarks>
/// While the store writes one block, the one before is parsed on another thread. The end of the stream is reached only if the
/// whole content is in order; otherwise reading fails with <see cref="UploadRefusedException"/> and <see cref="Refusal"/> says why, so
/// that a put of refused content never completes. Memory is two blocks and the profile, whatever the length.
/// </remarks>
internal sealed class UploadStream(Stream source, DatasetLimits limits, CsvSink? alongside = null) : ForwardStream
{
    private const int BlockBytes = 256 * 1024;

    private readonly DatasetProfiler _profiler = new();
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private CsvReader? _csv;
    private byte[] _current = ArrayPool<byte>.Shared.Rent(BlockBytes);
    private byte[] _other = ArrayPool<byte>.Shared.Rent(BlockBytes);
    private int _offset;
    private int _filled;
    private Task<CsvFault?> _parsing = Task.FromResult<CsvFault?>(null);
    private bool _isDisposed;

    /// <summary>Why the content is refused, once it is.</summary>
    public UploadOutcome? Refusal { get; private set; }

    /// <summary>The lower-case SHA-256 of all bytes, once the end was reached.</summary>
    public string? Sha256 { get; private set; }

    /// <summary>How many bytes the source has given.</summary>
    public long Bytes { get; private set; }

    /// <summary>What the rows held, complete once the end was reached.</summary>
    public DatasetProfiler Profile => _profiler;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty || Sha256 is not null)
        {
            return 0;
        }

        if (_offset == _filled)
        {
            await FillAsync(cancellationToken);
            if (_filled is 0)
            {
                Sha256 = Convert.ToHexStringLower(_hash.GetHashAndReset());
                return 0;
            }
        }

        var count = Math.Min(buffer.Length, _filled - _offset);
        _current.AsSpan(_offset, count).CopyTo(buffer.Span);
        _offset += count;
        return count;
    }

    public override async ValueTask DisposeAsync()
    {
        if (!_isDisposed)
        {
            _isDisposed = true;

            // The buffers go back to the pool only when the parser has let go of them, however its work ended.
            await _parsing.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            ArrayPool<byte>.Shared.Return(_current);
            ArrayPool<byte>.Shared.Return(_other);
            _csv?.Dispose();
            _hash.Dispose();
        }

        await base.DisposeAsync();
    }

    private async Task FillAsync(CancellationToken cancellationToken)
    {
        var filled = await source.ReadAtLeastAsync(
            _other.AsMemory(0, BlockBytes), BlockBytes, throwOnEndOfStream: false, cancellationToken);
        Bytes += filled;
        if (Bytes > limits.MaxBytes)
        {
            throw Refused(new UploadOutcome.TooLarge(limits.MaxBytes));
        }

        Require(await _parsing);
        var block = _other.AsMemory(0, filled);
        (_current, _other, _offset, _filled) = (_other, _current, 0, filled);
        var csv = _csv ??= new CsvReader(alongside is null ? _profiler : new BothSinks(_profiler, alongside), limits.Csv);
        if (filled is 0)
        {
            Require(csv.Complete() ?? _profiler.FindFault());
            return;
        }

        _parsing = Task.Run(() => csv.Write(block.Span), CancellationToken.None);
        _hash.AppendData(block.Span);
    }

    private void Require(CsvFault? fault)
    {
        if (fault is not null)
        {
            throw Refused(new UploadOutcome.Malformed(fault.Line, fault.Column, fault.Reason));
        }
    }

    private UploadRefusedException Refused(UploadOutcome refusal)
    {
        Refusal = refusal;
        return new UploadRefusedException();
    }
}

/// <summary>Gives each row to one sink and then to the other.</summary>
internal sealed class BothSinks(CsvSink first, CsvSink second) : CsvSink
{
    public override void Header(IReadOnlyList<string> names)
    {
        first.Header(names);
        second.Header(names);
    }

    public override void Row(CsvRow row)
    {
        first.Row(row);
        second.Row(row);
    }
}

/// <summary>Ends the put of an upload that is refused; never leaves <see cref="DatasetStore"/>.</summary>
internal sealed class UploadRefusedException() : IOException("The content of the upload is refused.");
