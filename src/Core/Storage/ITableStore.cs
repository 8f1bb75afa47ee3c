namespace Mlops.Storage;

/// <summary>One stored row: a UTF-8 JSON document and the tag that changes with every write to it.</summary>
public sealed record TableRow(TableKey Key, ReadOnlyMemory<byte> Document, string ETag);

/// <summary>A stretch of a partition in key order.</summary>
/// <param name="Partition">The partition to read.</param>
/// <param name="From">The first row key wanted, inclusive; the partition's start when absent.</param>
/// <param name="To">The row key to stop before, exclusive; the partition's end when absent.</param>
/// <param name="Limit">At most this many rows in a page, 1 to 1,000.</param>
/// <param name="Continuation">Where an earlier page of the same scan said to go on.</param>
public sealed record TableScan(string Partition, string? From = null, string? To = null, int Limit = 1_000, string? Continuation = null)
{
    /// <summary>The rows whose key starts with <paramref name="prefix"/>.</summary>
    public static TableScan WithPrefix(string partition, string prefix, int limit = 1_000, string? continuation = null) =>
        new(partition, prefix, string.Concat(prefix.AsSpan(0, prefix.Length - 1), [(char)(prefix[^1] + 1)]), limit, continuation);
}

/// <summary>
/// Rows of a scan. A page may be short, even empty, and still be followed by another: only an absent continuation ends it.
/// </summary>
public sealed record TablePage(IReadOnlyList<TableRow> Rows, string? Continuation);

/// <summary>One change within a commit.</summary>
public abstract record TableWrite
{
    private TableWrite(string row)
    {
        TableKey.RequireLegal(row, nameof(row));
        Row = row;
    }

    public string Row { get; }

    /// <summary>Adds a row that must not exist yet.</summary>
    public sealed record Insert(string Key, ReadOnlyMemory<byte> Document) : TableWrite(Key);

    /// <summary>Replaces a row that must still carry <paramref name="ETag"/>.</summary>
    public sealed record Replace(string Key, ReadOnlyMemory<byte> Document, string ETag) : TableWrite(Key);

    /// <summary>Writes a row whether or not it exists.</summary>
    public sealed record Upsert(string Key, ReadOnlyMemory<byte> Document) : TableWrite(Key);

    /// <summary>Removes a row that must exist and, if <paramref name="ETag"/> is given, must still carry it.</summary>
    public sealed record Delete(string Key, string? ETag = null) : TableWrite(Key);
}

/// <summary>What came of a commit: all of it or none of it.</summary>
public abstract record CommitOutcome
{
    private CommitOutcome() { }

    /// <param name="ETags">The new tag of each write, in order; null for a delete.</param>
    public sealed record Committed(IReadOnlyList<string?> ETags) : CommitOutcome;

    /// <summary>Nothing was written: the row at <paramref name="Index"/> was not as the write expected.</summary>
    public sealed record Refused(int Index, RefusalReason Reason) : CommitOutcome;
}

public enum RefusalReason
{
    /// <summary>An insert found the row there already.</summary>
    AlreadyExists,

    /// <summary>A replace or conditional delete found another tag.</summary>
    Stale,

    /// <summary>A replace or delete found no row.</summary>
    Missing,
}

/// <summary>Rows addressed by (partition, row), the first of the two storage ports.</summary>
/// <remarks>
/// <para>Safe for concurrent use by any number of threads and processes. A write is visible to every read that starts after it
/// completes, and survives the death of the process. No write is half done: a commit happens whole or not at all.</para>
/// <para>The limits are Azure Tables' and hold in every adapter, so that nothing works on a laptop and fails in production; see
/// <see cref="TableLimits"/>. A call beyond them throws <see cref="ArgumentException"/> and writes nothing.</para>
/// </remarks>
public interface ITableStore
{
    Task<TableRow?> FindAsync(TableKey key, CancellationToken cancellationToken);

    /// <summary>Reads a page of rows in ordinal key order.</summary>
    /// <remarks>A row written between two pages may or may not be seen; a row untouched during the scan is seen exactly once.</remarks>
    /// <exception cref="ArgumentException">The limit is outside 1 to 1,000 or the continuation is not one of this store's.</exception>
    Task<TablePage> ScanAsync(TableScan scan, CancellationToken cancellationToken);

    /// <summary>Writes up to 100 different rows of one partition atomically.</summary>
    /// <exception cref="ArgumentException">No writes, more than 100, two of the same row, or a limit of
    /// <see cref="TableLimits"/>.</exception>
    Task<CommitOutcome> CommitAsync(string partition, IReadOnlyList<TableWrite> writes, CancellationToken cancellationToken);
}
