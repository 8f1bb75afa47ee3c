using System.Globalization;

namespace Mlops.LocalHost.Hosting;

/// <summary>The folder that the host keeps everything in, held by one host at a time.</summary>
/// <remarks>
/// The operating system lets go of the lock when the process dies, however it dies. <c>host.pid</c> beside it is for people and
/// scripts.
/// </remarks>
public sealed class DataFolder : IDisposable
{
    private readonly FileStream _lock;

    private DataFolder(string path, FileStream @lock) => (Path, _lock) = (path, @lock);

    public string Path { get; }

    /// <summary>Makes the folder if need be and takes hold of it.</summary>
    public static DataFolderOutcome Take(string path)
    {
        try
        {
            var folder = Directory.CreateDirectory(path).FullName;
            return TryLock(System.IO.Path.Combine(folder, "host.lock")) is { } held
                ? new DataFolderOutcome.Taken(Hold(folder, held))
                : new DataFolderOutcome.Refused(
                    $"The data folder {folder} is in use by another host (process {Holder(folder)}). "
                    + "Stop it with `make down`, or use another folder: --data or MLOPS_DATA.");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return new DataFolderOutcome.Refused($"The data folder {path} cannot be used: {failure.Message}");
        }
    }

    public void Dispose() => _lock.Dispose();

    private static DataFolder Hold(string folder, FileStream held)
    {
        File.WriteAllText(PidFile(folder), Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        return new DataFolder(folder, held);
    }

    private static FileStream? TryLock(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        }
        catch (IOException) when (File.Exists(path))
        {
            return null;
        }
    }

    private static string Holder(string folder) => File.Exists(PidFile(folder)) ? File.ReadAllText(PidFile(folder)).Trim() : "unknown";

    private static string PidFile(string folder) => System.IO.Path.Combine(folder, "host.pid");
}

/// <summary>What came of taking hold of a data folder.</summary>
public abstract record DataFolderOutcome
{
    private DataFolderOutcome() { }

    public sealed record Taken(DataFolder Folder) : DataFolderOutcome;

    /// <param name="Reason">For the person who started the host.</param>
    public sealed record Refused(string Reason) : DataFolderOutcome;
}
