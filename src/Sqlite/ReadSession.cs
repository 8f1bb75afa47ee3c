using Microsoft.Data.Sqlite;

namespace Mlops.Storage;

/// <summary>A reading connection and its queries. Used by one thread at a time.</summary>
internal sealed class ReadSession : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly Statement _find;
    private readonly Statement _scan;
    private readonly Statement _scanToEnd;
    private readonly Statement _findBlob;
    private readonly Statement _listBlobs;

    public ReadSession(string path)
    {
        const string Scan = "SELECT row, tag, document FROM rows WHERE partition=$0 AND row>=$1 AND row>$2";
        _connection = SqliteFile.OpenReader(path);
        _find = new(_connection, "SELECT tag, document FROM rows WHERE partition=$0 AND row=$1", 2);
        _scan = new(_connection, Scan + " AND row<$3 ORDER BY row LIMIT $4", 5);
        _scanToEnd = new(_connection, Scan + " ORDER BY row LIMIT $3", 4);
        _findBlob = new(_connection, BlobRow.Select + " WHERE path=$0", 1);
        _listBlobs = new(_connection, BlobRow.Select + " WHERE path>=$0 AND path>$1 AND path<$2 ORDER BY path LIMIT $3", 4);
    }

    public TableRow? Find(TableKey key)
    {
        using var reader = _find.Query(key.Partition, key.Row);
        return reader.Read() ? new(key, reader.GetFieldValue<byte[]>(1), Tags.Format(reader.GetInt64(0))) : null;
    }

    /// <summary>Visits the rows from <paramref name="from"/> that come after <paramref name="after"/>, until it is told to stop.</summary>
    public void Scan(string partition, string from, string after, string? to, int limit, Predicate<TableRow> visit)
    {
        using var reader = to is null
            ? _scanToEnd.Query(partition, from, after, limit)
            : _scan.Query(partition, from, after, to, limit);
        while (reader.Read()
            && visit(new(new(partition, reader.GetString(0)), reader.GetFieldValue<byte[]>(2), Tags.Format(reader.GetInt64(1)))))
        {
        }
    }

    public BlobRow? FindBlob(string path)
    {
        using var reader = _findBlob.Query(path);
        return reader.Read() ? BlobRow.From(reader) : null;
    }

    public List<BlobInfo> ListBlobs(string prefix, string after, int limit)
    {
        // Every character of a path sorts before '~'.
        using var reader = _listBlobs.Query(prefix, after, prefix + "~", limit);
        var blobs = new List<BlobInfo>();
        while (reader.Read())
        {
            blobs.Add(BlobRow.From(reader).Info);
        }

        return blobs;
    }

    public void Dispose()
    {
        foreach (var statement in (ReadOnlySpan<Statement>)[_find, _scan, _scanToEnd, _findBlob, _listBlobs])
        {
            statement.Dispose();
        }

        _connection.Dispose();
    }
}
