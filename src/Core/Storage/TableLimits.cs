namespace Mlops.Storage;

/// <summary>What Azure Tables can hold, less its own overhead; every adapter calls <see cref="Require"/> before it writes.</summary>
public static class TableLimits
{
    public const int MaxWritesPerCommit = 100;

    public const int MaxRowsPerPage = 1_000;

    /// <summary>Azure's 1 MiB a row, less keys, property names and timestamps.</summary>
    public const int MaxDocumentBytes = 960 * 1024;

    /// <summary>Azure's 4 MiB a transaction, in which documents travel as base64 with about 1 KiB of headers each.</summary>
    public const int MaxCommitBytes = 2_800 * 1024;

    /// <exception cref="ArgumentException">The commit breaks a limit; the message says which.</exception>
    public static void Require(string partition, IReadOnlyList<TableWrite> writes)
    {
        TableKey.RequireLegal(partition, nameof(partition));
        if (writes.Count is 0 or > MaxWritesPerCommit)
        {
            throw new ArgumentException($"A commit has 1 to {MaxWritesPerCommit} writes, not {writes.Count}.", nameof(writes));
        }

        var rows = new HashSet<string>(writes.Count, StringComparer.Ordinal);
        long total = 0;
        foreach (var write in writes)
        {
            if (!rows.Add(write.Row))
            {
                throw new ArgumentException($"A commit writes row '{write.Row}' twice.", nameof(writes));
            }

            var size = write switch
            {
                TableWrite.Insert insert => insert.Document.Length,
                TableWrite.Replace replace => replace.Document.Length,
                TableWrite.Upsert upsert => upsert.Document.Length,
                _ => 0,
            };
            if (size > MaxDocumentBytes)
            {
                throw new ArgumentException($"Row '{write.Row}' has {size} bytes; a row holds {MaxDocumentBytes}.", nameof(writes));
            }

            total += size;
        }

        if (total > MaxCommitBytes)
        {
            throw new ArgumentException($"The commit has {total} bytes; a commit holds {MaxCommitBytes}.", nameof(writes));
        }
    }

    /// <exception cref="ArgumentException">The scan breaks a limit; the message says which.</exception>
    public static void Require(TableScan scan)
    {
        TableKey.RequireLegal(scan.Partition, nameof(scan));
        if (scan.Limit is < 1 or > MaxRowsPerPage)
        {
            throw new ArgumentException($"A page has 1 to {MaxRowsPerPage} rows, not {scan.Limit}.", nameof(scan));
        }
    }
}
