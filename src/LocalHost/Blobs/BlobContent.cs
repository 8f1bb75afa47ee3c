namespace Mlops.LocalHost.Blobs;

/// <summary>A dropped file in the type that a blob function takes it in.</summary>
internal static class BlobContent
{
    public static IReadOnlyCollection<Type> Types { get; } = [typeof(Stream), typeof(string), typeof(byte[])];

    /// <returns>The content; if it is a stream, the caller disposes it.</returns>
    public static async Task<object> ReadAsync(DropFile file, Type type, CancellationToken cancellationToken)
    {
        if (type == typeof(string))
        {
            return await File.ReadAllTextAsync(file.FullPath, cancellationToken);
        }

        return type == typeof(byte[])
            ? await File.ReadAllBytesAsync(file.FullPath, cancellationToken)
            : new FileStream(
                file.FullPath,
                FileMode.Open,
                FileAccess.Read,
                FileShare.Read,
                bufferSize: 64 * 1024,
                FileOptions.Asynchronous | FileOptions.SequentialScan);
    }
}
