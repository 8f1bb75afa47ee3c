namespace Mlops.Storage;

/// <summary>Blobs as files in a folder, with a SQLite row for each that says which file and how much of it.</summary>
/// <remarks>
/// Content is written to a new file and flushed to the disk, and then one transaction checks the condition and points the row at
/// it: readers see the old content or the new, in this process and in others, and a kill leaves one of the two. An append writes
/// behind the blob's end, flushes, and then moves the end; what a killed append has written lies behind the end and is overwritten by
/// the next.
/// </remarks>
public sealed class FolderBlobStore : IBlobStore
{
    private const int MaxBlobsPerPage = 5_000;
    private const int CopyBytes = 128 * 1024;

    private readonly GroupCommitWriter _writer;
    private readonly ReaderPool _readers;
    private readonly BlobFolder _folder;
    private readonly AppendTurns _turns;
    private readonly TimeProvider _time;

    internal FolderBlobStore(GroupCommitWriter writer, ReaderPool readers, BlobFolder folder, AppendTurns turns, TimeProvider time) =>
        (_writer, _readers, _folder, _turns, _time) = (writer, readers, folder, turns, time);

    public Task<BlobInfo?> FindAsync(string path, CancellationToken cancellationToken)
    {
        BlobPath.Require(path);
        return cancellationToken.IsCancellationRequested
            ? Task.FromCanceled<BlobInfo?>(cancellationToken)
            : Task.FromResult(Find(path)?.Info);
    }

    public Task<Stream?> OpenReadAsync(string path, long offset, long? length, CancellationToken cancellationToken)
    {
        BlobPath.Require(path);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length ?? 0, nameof(length));
        return cancellationToken.IsCancellationRequested
            ? Task.FromCanceled<Stream?>(cancellationToken)
            : Task.FromResult<Stream?>(Open(path, offset, length ?? long.MaxValue));
    }

    public async Task<BlobInfo?> PutAsync(string path, Stream content, BlobCondition condition, CancellationToken cancellationToken)
    {
        BlobPath.Require(path);
        if (!Holds(condition, Find(path)))
        {
            return null;
        }

        var file = await _folder.AnnounceAsync(path, cancellationToken);
        var mine = true;
        try
        {
            var length = await WriteAsync(file, content, cancellationToken);
            mine = false;
            var (row, replaced) = await _writer.RunAsync(
                session => Place(session, path, file, length, condition), bytes: 0, CancellationToken.None);
            mine = row is null;
            if (replaced is not null)
            {
                _folder.Discard(replaced);
            }

            return row?.Info;
        }
        finally
        {
            if (mine)
            {
                _folder.Discard(file);
            }
        }
    }

    public async Task<AppendOutcome> AppendAsync(
        string path, ReadOnlyMemory<byte> content, long expectedOffset, CancellationToken cancellationToken)
    {
        BlobPath.Require(path);
        ArgumentOutOfRangeException.ThrowIfNegative(expectedOffset);
        if (content.Length is 0 or > IBlobStore.MaxAppendBytes)
        {
            throw new ArgumentException($"An append has 1 to {IBlobStore.MaxAppendBytes} bytes, not {content.Length}.", nameof(content));
        }

        using var turn = await _turns.TakeAsync(path, cancellationToken);
        var before = RequireAppendable(Find(path));
        if ((before?.Length ?? 0) != expectedOffset)
        {
            return new AppendOutcome.WrongOffset(before?.Length ?? 0);
        }

        var file = before?.File ?? await _folder.AnnounceAsync(path, cancellationToken);
        var mine = before is null;
        try
        {
            await WriteAtAsync(file, content, expectedOffset, cancellationToken);
            var creates = mine;
            mine = false;
            var outcome = await _writer.RunAsync(
                session => Extend(session, path, file, before, content.Length), bytes: 0, CancellationToken.None);
            mine = creates && outcome is not AppendOutcome.Appended;
            return outcome;
        }
        finally
        {
            if (mine)
            {
                _folder.Discard(file);
            }
        }
    }

    public Task<BlobPage> ListAsync(string prefix, int limit, string? continuation, CancellationToken cancellationToken)
    {
        if (limit is < 1 or > MaxBlobsPerPage)
        {
            throw new ArgumentException($"A page has 1 to {MaxBlobsPerPage} blobs, not {limit}.", nameof(limit));
        }

        var after = continuation is null ? "" : Continuation.Parse(prefix, continuation);
        if (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled<BlobPage>(cancellationToken);
        }

        var found = _readers.Read(session => session.ListBlobs(prefix, after, limit + 1));
        return Task.FromResult(found.Count > limit
            ? new BlobPage(found.GetRange(0, limit), Continuation.After(prefix, found[limit - 1].Path))
            : new(found, null));
    }

    public async Task<bool> DeleteAsync(string path, CancellationToken cancellationToken)
    {
        BlobPath.Require(path);
        var file = await _writer.RunAsync(session => Remove(session, path), bytes: 0, cancellationToken);
        if (file is not null)
        {
            _folder.Discard(file);
        }

        return file is not null;
    }

    /// <summary>As the row will hold it.</summary>
    private DateTimeOffset Now() => DateTimeOffset.FromUnixTimeMilliseconds(_time.GetUtcNow().ToUnixTimeMilliseconds());

    private BlobRow? Find(string path) => _readers.Read(session => session.FindBlob(path));

    private BlobSlice? OpenSlice(BlobRow row, long offset, long length)
    {
        var start = Math.Min(offset, row.Length);
        try
        {
            var file = new FileStream(_folder.PathOf(row.File), new FileStreamOptions
            {
                Mode = FileMode.Open,
                Access = FileAccess.Read,
                Share = FileShare.ReadWrite | FileShare.Delete,
                Options = FileOptions.Asynchronous,
            });
            return new(file, start, Math.Min(length, row.Length - start));
        }
        catch (FileNotFoundException) when (Find(row.Path)?.File != row.File)
        {
            return null;
        }
    }

    private BlobSlice? Open(string path, long offset, long length)
    {
        // A file may vanish between the row and the opening, if a put replaces it just then; the row then names another.
        while (Find(path) is { } row)
        {
            if (OpenSlice(row, offset, length) is { } slice)
            {
                return slice;
            }
        }

        return null;
    }

    private async Task<long> WriteAsync(string file, Stream content, CancellationToken cancellationToken)
    {
        await using var stream = new FileStream(
            _folder.PathOf(file), FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0, useAsync: true);
        await content.CopyToAsync(stream, CopyBytes, cancellationToken);
        await FlushAsync(() => stream.Flush(flushToDisk: true));
        return stream.Length;
    }

    private async Task WriteAtAsync(string file, ReadOnlyMemory<byte> content, long offset, CancellationToken cancellationToken)
    {
        using var handle = File.OpenHandle(
            _folder.PathOf(file),
            FileMode.OpenOrCreate,
            FileAccess.Write,
            FileShare.ReadWrite | FileShare.Delete,
            FileOptions.Asynchronous);
        await RandomAccess.WriteAsync(handle, content, offset, cancellationToken);
        await FlushAsync(() => RandomAccess.FlushToDisk(handle));
    }

    /// <summary>On a thread of its own: a flush blocks for as long as the disk likes, and a few would block the whole pool.</summary>
    private static Task FlushAsync(Action flush) =>
        Task.Factory.StartNew(flush, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private (BlobRow? Row, string? Replaced) Place(WriteSession session, string path, string file, long length, BlobCondition condition)
    {
        var before = session.FindBlob(path);
        if (!Holds(condition, before))
        {
            return (null, null);
        }

        var row = new BlobRow(path, file, length, session.NextTag(), Now(), Appends: 0);
        session.PutBlob(row);
        session.DeleteLitter(file);
        if (before is not null)
        {
            _folder.Abandon(session, before.File);
        }

        return (row, before?.File);
    }

    private AppendOutcome Extend(WriteSession session, string path, string file, BlobRow? before, int added)
    {
        var now = RequireAppendable(session.FindBlob(path));
        if (now?.File != before?.File || now?.Length != before?.Length)
        {
            return new AppendOutcome.WrongOffset(now?.Length ?? 0);
        }

        var length = (before?.Length ?? 0) + added;
        session.PutBlob(new(path, file, length, session.NextTag(), Now(), (before?.Appends ?? 0) + 1));
        session.DeleteLitter(file);
        return new AppendOutcome.Appended(length);
    }

    private string? Remove(WriteSession session, string path)
    {
        if (session.FindBlob(path) is not { } row)
        {
            return null;
        }

        session.DeleteBlob(path);
        _folder.Abandon(session, row.File);
        return row.File;
    }

    private static bool Holds(BlobCondition condition, BlobRow? found) => found switch
    {
        { Appends: > 0 } when condition is not BlobCondition.IfAbsent =>
            throw new InvalidOperationException($"'{found.Path}' is made by appends and cannot be put."),
        _ => condition switch
        {
            BlobCondition.IfAbsent => found is null,
            BlobCondition.IfMatch(var etag) => found is not null && Tags.Matches(found.Tag, etag),
            _ => true,
        },
    };

    private static BlobRow? RequireAppendable(BlobRow? row) => row switch
    {
        { Appends: 0 } => throw new InvalidOperationException($"'{row.Path}' was put and cannot be appended to."),
        { Appends: >= IBlobStore.MaxAppends } =>
            throw new InvalidOperationException($"'{row.Path}' has had {IBlobStore.MaxAppends} appends, which is the most."),
        _ => row,
    };
}
