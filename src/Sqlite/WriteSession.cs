using System.Diagnostics;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Mlops.Storage;

/// <summary>The writing connection and what can be done inside its transaction. Used by the writer's thread alone.</summary>
internal sealed class WriteSession : IDisposable
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Nap = TimeSpan.FromMilliseconds(1);

    private readonly SqliteConnection _connection;
    private readonly Statement _findTag;
    private readonly Statement _put;
    private readonly Statement _delete;
    private readonly Statement _findBlob;
    private readonly Statement _putBlob;
    private readonly Statement _deleteBlob;
    private readonly Statement _addLitter;
    private readonly Statement _deleteLitter;
    private readonly Statement _litterOf;
    private readonly Statement _lastTag;
    private readonly Statement _keepTag;
    private long _tag;
    private bool _tagsTaken;

    public WriteSession(string path)
    {
        _connection = SqliteFile.OpenWriter(path);
        _findTag = new(_connection, "SELECT tag FROM rows WHERE partition=$0 AND row=$1", 2);
        _put = new(_connection, "INSERT OR REPLACE INTO rows (partition, row, tag, document) VALUES ($0, $1, $2, $3)", 4);
        _delete = new(_connection, "DELETE FROM rows WHERE partition=$0 AND row=$1", 2);
        _findBlob = new(_connection, BlobRow.Select + " WHERE path=$0", 1);
        _putBlob = new(
            _connection,
            "INSERT OR REPLACE INTO blobs (path, file, length, tag, modified, appended) VALUES ($0, $1, $2, $3, $4, $5)",
            6);
        _deleteBlob = new(_connection, "DELETE FROM blobs WHERE path=$0", 1);
        _addLitter = new(_connection, "INSERT OR REPLACE INTO litter (file, owner) VALUES ($0, $1)", 2);
        _deleteLitter = new(_connection, "DELETE FROM litter WHERE file=$0", 1);
        _litterOf = new(_connection, "SELECT file FROM litter WHERE owner=$0", 1);
        _lastTag = new(_connection, "SELECT last FROM tags", 0);
        _keepTag = new(_connection, "UPDATE tags SET last=$0", 1);
    }

    /// <summary>Takes the write lock, waiting up to 30 s for other processes to let go of it.</summary>
    public void Begin()
    {
        var started = Stopwatch.GetTimestamp();
        int code;
        while ((code = raw.sqlite3_exec(_connection.Handle, "BEGIN IMMEDIATE")) == raw.SQLITE_BUSY
            && Stopwatch.GetElapsedTime(started) < LongestWait)
        {
            // Another process holds the lock, and SQLite has no way to be told when it lets go.
            Thread.Sleep(Nap);
        }

        SqliteException.ThrowExceptionForRC(code, _connection.Handle);
        using var reader = _lastTag.Query();
        reader.Read();
        _tag = reader.GetInt64(0);
        _tagsTaken = false;
    }

    public void Commit()
    {
        if (_tagsTaken)
        {
            _keepTag.Execute(_tag);
        }

        SqliteException.ThrowExceptionForRC(raw.sqlite3_exec(_connection.Handle, "COMMIT"), _connection.Handle);
    }

    /// <summary>Undoes the transaction, if SQLite has not done so already.</summary>
    public void Rollback() => raw.sqlite3_exec(_connection.Handle, "ROLLBACK");

    /// <summary>A number greater than any given out before, by whatever process.</summary>
    public long NextTag()
    {
        _tagsTaken = true;
        return ++_tag;
    }

    public long? FindTag(string partition, string row)
    {
        using var reader = _findTag.Query(partition, row);
        return reader.Read() ? reader.GetInt64(0) : null;
    }

    public void Put(string partition, string row, long tag, byte[] document) => _put.Execute(partition, row, tag, document);

    public void Delete(string partition, string row) => _delete.Execute(partition, row);

    public BlobRow? FindBlob(string path)
    {
        using var reader = _findBlob.Query(path);
        return reader.Read() ? BlobRow.From(reader) : null;
    }

    public void PutBlob(BlobRow blob) =>
        _putBlob.Execute(blob.Path, blob.File, blob.Length, blob.Tag, blob.Modified.ToUnixTimeMilliseconds(), blob.Appends);

    public void DeleteBlob(string path) => _deleteBlob.Execute(path);

    /// <summary>Notes that a file is to be deleted, unless its note is removed first.</summary>
    public void AddLitter(string file, string owner) => _addLitter.Execute(file, owner);

    public void DeleteLitter(string file) => _deleteLitter.Execute(file);

    /// <summary>What an owner has noted.</summary>
    public List<string> LitterOf(string owner)
    {
        using var reader = _litterOf.Query(owner);
        var files = new List<string>();
        while (reader.Read())
        {
            files.Add(reader.GetString(0));
        }

        return files;
    }

    public void Dispose()
    {
        foreach (var statement in (ReadOnlySpan<Statement>)[_findTag, _put, _delete, _findBlob, _putBlob, _deleteBlob,
            _addLitter, _deleteLitter, _litterOf, _lastTag, _keepTag])
        {
            statement.Dispose();
        }

        _connection.Dispose();
    }
}
