using System.Runtime.InteropServices;

namespace Mlops.Storage;

/// <summary>Rows in a SQLite file, which any number of processes may share.</summary>
/// <remarks>
/// Commits are grouped, and on the disk when acknowledged. A tag is a number that only grows and is never given out twice, so that
/// a row deleted and made again does not pass for the old one. Reads see the last commit and never wait for a writer.
/// </remarks>
public sealed class SqliteTableStore : ITableStore
{
    private const int MaxPageBytes = 4 * 1024 * 1024;

    private readonly GroupCommitWriter _writer;
    private readonly ReaderPool _readers;

    internal SqliteTableStore(GroupCommitWriter writer, ReaderPool readers) => (_writer, _readers) = (writer, readers);

    public Task<TableRow?> FindAsync(TableKey key, CancellationToken cancellationToken) =>
        cancellationToken.IsCancellationRequested
            ? Task.FromCanceled<TableRow?>(cancellationToken)
            : Task.FromResult(_readers.Read(session => session.Find(key)));

    public Task<TablePage> ScanAsync(TableScan scan, CancellationToken cancellationToken)
    {
        TableLimits.Require(scan);
        var after = scan.Continuation is { } continuation ? Continuation.Parse(scan.Partition, continuation) : "";
        return cancellationToken.IsCancellationRequested
            ? Task.FromCanceled<TablePage>(cancellationToken)
            : Task.FromResult(_readers.Read(session => Page(session, scan, after)));
    }

    public Task<CommitOutcome> CommitAsync(string partition, IReadOnlyList<TableWrite> writes, CancellationToken cancellationToken)
    {
        TableLimits.Require(partition, writes);
        return _writer.RunAsync(session => Apply(session, partition, writes), writes.Sum(Size), cancellationToken);
    }

    private static TablePage Page(ReadSession session, TableScan scan, string after)
    {
        var rows = new List<TableRow>();
        var bytes = 0L;
        var more = false;
        session.Scan(scan.Partition, scan.From ?? "", after, scan.To, scan.Limit + 1, row =>
        {
            if (rows.Count == scan.Limit || bytes >= MaxPageBytes)
            {
                more = true;
                return false;
            }

            rows.Add(row);
            bytes += row.Document.Length;
            return true;
        });
        return new(rows, more ? Continuation.After(scan.Partition, rows[^1].Key.Row) : null);
    }

    /// <summary>Looks before it writes, so that a refusal leaves nothing to undo; the write lock keeps what it saw true.</summary>
    private static CommitOutcome Apply(WriteSession session, string partition, IReadOnlyList<TableWrite> writes)
    {
        for (var i = 0; i < writes.Count; i++)
        {
            if (Check(session, partition, writes[i]) is { } reason)
            {
                return new CommitOutcome.Refused(i, reason);
            }
        }

        var tags = new string?[writes.Count];
        for (var i = 0; i < tags.Length; i++)
        {
            tags[i] = Write(session, partition, writes[i]);
        }

        return new CommitOutcome.Committed(tags);
    }

    private static RefusalReason? Check(WriteSession session, string partition, TableWrite write) => write switch
    {
        TableWrite.Upsert => null,
        TableWrite.Insert => session.FindTag(partition, write.Row) is null ? null : RefusalReason.AlreadyExists,
        TableWrite.Replace(_, _, var etag) => CheckTag(session.FindTag(partition, write.Row), etag),
        TableWrite.Delete(_, var etag) => CheckTag(session.FindTag(partition, write.Row), etag),
        _ => throw new ArgumentException($"'{write.GetType().Name}' is not a write of this store.", nameof(write)),
    };

    private static RefusalReason? CheckTag(long? found, string? expected) => found switch
    {
        null => RefusalReason.Missing,
        { } tag when expected is not null && !Tags.Matches(tag, expected) => RefusalReason.Stale,
        _ => null,
    };

    private static string? Write(WriteSession session, string partition, TableWrite write)
    {
        if (write is TableWrite.Delete)
        {
            session.Delete(partition, write.Row);
            return null;
        }

        var tag = session.NextTag();
        session.Put(partition, write.Row, tag, Bytes(Document(write)));
        return Tags.Format(tag);
    }

    private static long Size(TableWrite write) => Document(write).Length;

    private static ReadOnlyMemory<byte> Document(TableWrite write) => write switch
    {
        TableWrite.Insert insert => insert.Document,
        TableWrite.Replace replace => replace.Document,
        TableWrite.Upsert upsert => upsert.Document,
        _ => default,
    };

    private static byte[] Bytes(ReadOnlyMemory<byte> document) =>
        MemoryMarshal.TryGetArray(document, out var segment) && segment.Array is { } array && segment.Count == array.Length
            ? array
            : document.ToArray();
}
