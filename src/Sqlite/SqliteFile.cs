using Microsoft.Data.Sqlite;

namespace Mlops.Storage;

/// <summary>The database file: how it is opened, and what is in it.</summary>
/// <remarks>
/// Write-ahead log with <c>synchronous=FULL</c>: a commit is on the disk before it is acknowledged, so that it survives a kill of
/// the process and, on a disk that honours flushes, a loss of power as well.
/// </remarks>
internal static class SqliteFile
{
    private const int FormatVersion = 1;

    private const string Schema = """
        CREATE TABLE IF NOT EXISTS rows (
            partition TEXT NOT NULL, row TEXT NOT NULL, tag INTEGER NOT NULL, document BLOB NOT NULL,
            PRIMARY KEY (partition, row)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS blobs (
            path TEXT NOT NULL PRIMARY KEY, file TEXT NOT NULL, length INTEGER NOT NULL, tag INTEGER NOT NULL,
            modified INTEGER NOT NULL, appended INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS litter (file TEXT NOT NULL PRIMARY KEY, owner TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS tags (only INTEGER NOT NULL PRIMARY KEY CHECK (only = 1), last INTEGER NOT NULL);
        INSERT OR IGNORE INTO tags (only, last) VALUES (1, 0);
        """;

    /// <summary>Makes the file or brings it to the format of this version.</summary>
    /// <exception cref="InvalidDataException">A newer version of the program has written it.</exception>
    public static void Prepare(string path)
    {
        using var connection = Open(path);
        Run(connection, "PRAGMA journal_mode=WAL");
        Run(connection, "BEGIN IMMEDIATE");
        var found = (long)(Ask(connection, "PRAGMA user_version") ?? 0L);
        if (found > FormatVersion)
        {
            throw new InvalidDataException($"{path} has format {found}; this program knows formats up to {FormatVersion}.");
        }

        Run(connection, Schema);
        Run(connection, FormattableString.Invariant($"PRAGMA user_version={FormatVersion}"));
        Run(connection, "COMMIT");
    }

    public static SqliteConnection OpenReader(string path)
    {
        var connection = Open(path);
        Run(connection, "PRAGMA query_only=1");
        return connection;
    }

    /// <summary>The writer waits for other processes by itself, since SQLite's own waiting sleeps far too long.</summary>
    public static SqliteConnection OpenWriter(string path)
    {
        var connection = Open(path);
        Run(connection, "PRAGMA synchronous=FULL; PRAGMA busy_timeout=0");
        Run(connection, "PRAGMA wal_autocheckpoint=4000; PRAGMA journal_size_limit=67108864");
        return connection;
    }

    private static SqliteConnection Open(string path)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Mode = SqliteOpenMode.ReadWriteCreate,
            Pooling = false,
        }.ToString());
        connection.Open();
        Run(connection, "PRAGMA busy_timeout=10000");
        return connection;
    }

    private static void Run(SqliteConnection connection, string sql) => Ask(connection, sql);

    private static object? Ask(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }
}
