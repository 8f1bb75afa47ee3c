namespace Mlops.Storage;

/// <summary>A lock among processes that the operating system releases when its holder dies.</summary>
internal static class LockFile
{
    /// <returns>The lock, to be disposed; null if another holds it.</returns>
    public static FileStream? TryTake(string path)
    {
        try
        {
            return new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        }
        catch (IOException failure) when (failure is not (DirectoryNotFoundException or PathTooLongException))
        {
            return null;
        }
    }
}
