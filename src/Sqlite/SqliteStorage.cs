namespace Mlops.Storage;

/// <summary>Rows and blobs in one folder: <c>mlops.db</c>, and the files of the blobs under <c>blobs</c>.</summary>
/// <remarks>Any number of processes on one machine may open the same folder; it must not be on a network share.</remarks>
public sealed class SqliteStorage : IDisposable
{
    private readonly GroupCommitWriter _writer;
    private readonly ReaderPool _readers;
    private readonly BlobFolder _folder;
    private readonly AppendTurns _turns;

    private SqliteStorage(string folder, TimeProvider time, IdSource ids)
    {
        var file = Path.Combine(Directory.CreateDirectory(folder).FullName, "mlops.db");
        SqliteFile.Prepare(file);
        using (var session = new WriteSession(file))
        {
            BlobFolder.Sweep(folder, session);
        }

        _writer = new(file);
        _readers = new(file);
        _folder = BlobFolder.Open(folder, ids, _writer);
        _turns = new(folder);
        Tables = new(_writer, _readers);
        Blobs = new(_writer, _readers, _folder, _turns, time);
    }

    public SqliteTableStore Tables { get; }

    public FolderBlobStore Blobs { get; }

    /// <summary>Opens a folder, made if need be, and clears away what a killed process has left unfinished.</summary>
    /// <param name="folder">Where everything is kept.</param>
    /// <param name="time">Dates the blobs.</param>
    /// <param name="ids">Names the files of this process: it must not repeat another process's ids, nor those of an earlier start.</param>
    /// <exception cref="InvalidDataException">A newer version of the program has written there.</exception>
    public static SqliteStorage Open(string folder, TimeProvider time, IdSource ids) => new(folder, time, ids);

    /// <summary>Finishes the commits that have begun. No call may be under way on <see cref="Blobs"/>.</summary>
    public void Dispose()
    {
        _writer.Dispose();
        _readers.Dispose();
        _folder.Dispose();
        _turns.Dispose();
    }
}
