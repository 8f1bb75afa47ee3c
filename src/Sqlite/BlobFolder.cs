using System.Collections.Concurrent;
using System.Globalization;

namespace Mlops.Storage;

/// <summary>The files that blobs are made of, and the certainty that those which are of no blob go away.</summary>
/// <remarks>
/// A file is noted as litter before it is made, and struck off the note in the very transaction that makes it a blob's content; the
/// file that it replaces is noted in the same transaction. So a process killed at any instant leaves notes of what to delete, and
/// the next start deletes it. Each process holds a lock file of its own while it lives, by which others know that its notes are
/// work in progress.
/// </remarks>
internal sealed class BlobFolder : IDisposable
{
    private const string Blobs = "blobs";
    private const string Owners = "owners";

    private readonly string _root;
    private readonly string _owner;
    private readonly GroupCommitWriter _writer;
    private readonly FileStream _alive;
    private readonly ConcurrentQueue<string> _deleted = [];
    private long _files;

    private BlobFolder(string root, string owner, GroupCommitWriter writer, FileStream alive) =>
        (_root, _owner, _writer, _alive) = (root, owner, writer, alive);

    /// <param name="folder">Where the blobs' folder and the lock files are.</param>
    /// <param name="ids">Tells this process's files from those of others.</param>
    /// <param name="writer">The database's writer.</param>
    public static BlobFolder Open(string folder, IdSource ids, GroupCommitWriter writer)
    {
        var owners = Directory.CreateDirectory(Path.Combine(folder, Owners)).FullName;
        Directory.CreateDirectory(Path.Combine(folder, Blobs));
        var owner = ids.NewId()[..16];

        // Under its final name a file that is not locked would be taken for a dead process's.
        var alive = LockFile.TryTake(Path.Combine(owners, owner + ".new"))
            ?? throw new IOException($"Another process calls itself {owner} in {folder}.");
        File.Move(alive.Name, Path.Combine(owners, owner), overwrite: false);
        return new(Path.Combine(folder, Blobs), owner, writer, alive);
    }

    /// <summary>Deletes what dead processes have left behind.</summary>
    public static void Sweep(string folder, WriteSession session)
    {
        var owners = Directory.CreateDirectory(Path.Combine(folder, Owners)).FullName;
        foreach (var owner in Directory.GetFiles(owners).Where(file => !file.EndsWith(".new", StringComparison.Ordinal)))
        {
            using var dead = LockFile.TryTake(owner);
            if (dead is not null)
            {
                SweepAfter(Path.GetFileName(owner), Path.Combine(folder, Blobs), session);
                File.Delete(owner);
            }
        }
    }

    public string PathOf(string file) => Path.Combine(_root, file);

    /// <summary>Notes a file that is about to be made, under a name that no other blob or version of a blob has.</summary>
    /// <remarks>The tilde, which no blob path has, keeps a blob <c>a</c> out of the way of a blob <c>a/b</c>.</remarks>
    public async Task<string> AnnounceAsync(string path, CancellationToken cancellationToken)
    {
        var file = string.Create(CultureInfo.InvariantCulture, $"{path}~{_owner}-{Interlocked.Increment(ref _files)}");
        var deleted = TakeDeleted();
        await _writer.RunAsync(
            session =>
            {
                deleted.ForEach(session.DeleteLitter);
                session.AddLitter(file, _owner);
                return true;
            },
            file.Length,
            cancellationToken);
        if (Path.GetDirectoryName(PathOf(file)) is { } directory)
        {
            Directory.CreateDirectory(directory);
        }

        return file;
    }

    /// <summary>To be called within the transaction that leaves a file without a blob, before <see cref="Discard"/>.</summary>
    public void Abandon(WriteSession session, string file) => session.AddLitter(file, _owner);

    /// <summary>Deletes a file that is noted as litter.</summary>
    public void Discard(string file)
    {
        DeleteIfThere(PathOf(file));
        _deleted.Enqueue(file);
    }

    /// <summary>Leaves the lock file for the next start, which strikes off the notes that are left.</summary>
    public void Dispose() => _alive.Dispose();

    private static void SweepAfter(string owner, string root, WriteSession session)
    {
        session.Begin();
        foreach (var file in session.LitterOf(owner))
        {
            DeleteIfThere(Path.Combine(root, file));
            session.DeleteLitter(file);
        }

        session.Commit();
    }

    private List<string> TakeDeleted()
    {
        var deleted = new List<string>();
        while (deleted.Count < 100 && _deleted.TryDequeue(out var file))
        {
            deleted.Add(file);
        }

        return deleted;
    }

    private static void DeleteIfThere(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (DirectoryNotFoundException)
        {
            // Killed between the note and the file.
        }
    }
}
