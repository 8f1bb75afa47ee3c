namespace Mlops.Storage;

/// <summary>What is known of a blob without reading it. <see cref="ETag"/> changes with every write.</summary>
public sealed record BlobInfo(string Path, long Length, string ETag, DateTimeOffset LastModified);

/// <summary>Blobs of a listing in ordinal path order; only an absent continuation ends it.</summary>
public sealed record BlobPage(IReadOnlyList<BlobInfo> Blobs, string? Continuation);

/// <summary>When a put may happen.</summary>
public abstract record BlobCondition
{
    private BlobCondition() { }

    /// <summary>Whatever is there is replaced.</summary>
    public static BlobCondition None { get; } = new Always();

    /// <summary>Only if nothing is there (If-None-Match: *).</summary>
    public static BlobCondition Absent { get; } = new IfAbsent();

    /// <summary>Only if the blob still carries this tag (If-Match).</summary>
    public static BlobCondition Unchanged(string etag) => new IfMatch(etag);

    public sealed record Always : BlobCondition;

    public sealed record IfAbsent : BlobCondition;

    public sealed record IfMatch(string ETag) : BlobCondition;
}

/// <summary>What came of an append.</summary>
public abstract record AppendOutcome
{
    private AppendOutcome() { }

    /// <param name="Length">The blob's length after the append.</param>
    public sealed record Appended(long Length) : AppendOutcome;

    /// <summary>Nothing was written: the blob is <paramref name="Length"/> bytes long, not the expected offset.</summary>
    public sealed record WrongOffset(long Length) : AppendOutcome;
}

/// <summary>Files addressed by a path, the second of the two storage ports.</summary>
/// <remarks>
/// <para>Paths are as <see cref="BlobPath"/> has them. Safe for concurrent use by threads and processes. A blob is seen whole or
/// not at all: readers see the old content until a put completes, and a put or append that was acknowledged survives the
/// death of the process.</para>
/// <para>A blob is made either by puts or by appends, never by both; mixing them is undefined in Azure and refused with
/// <see cref="InvalidOperationException"/> where an adapter can tell.</para>
/// </remarks>
public interface IBlobStore
{
    /// <summary>The most that one append can carry.</summary>
    const int MaxAppendBytes = 4 * 1024 * 1024;

    /// <summary>How many appends a blob can have, as in Azure; whoever appends for long begins a new blob before that.</summary>
    const int MaxAppends = 50_000;

    Task<BlobInfo?> FindAsync(string path, CancellationToken cancellationToken);

    /// <summary>Opens a blob for reading from <paramref name="offset"/>, at most <paramref name="length"/> bytes.</summary>
    /// <returns>Null if there is no such blob. A range beyond its end is empty. The caller disposes the stream.</returns>
    Task<Stream?> OpenReadAsync(string path, long offset, long? length, CancellationToken cancellationToken);

    /// <summary>Writes a blob from a stream, never holding the whole of it in memory.</summary>
    /// <returns>Null if the condition did not hold; then nothing has changed.</returns>
    Task<BlobInfo?> PutAsync(string path, Stream content, BlobCondition condition, CancellationToken cancellationToken);

    /// <summary>Adds to the end of a blob if it is exactly <paramref name="expectedOffset"/> bytes long; offset 0 creates it.</summary>
    /// <remarks>Of writers racing for the same offset one wins. The bytes are there whole or not at all.</remarks>
    /// <exception cref="ArgumentException">The content is empty or longer than <see cref="MaxAppendBytes"/>.</exception>
    /// <exception cref="InvalidOperationException">The blob has had <see cref="MaxAppends"/> appends.</exception>
    Task<AppendOutcome> AppendAsync(
        string path, ReadOnlyMemory<byte> content, long expectedOffset, CancellationToken cancellationToken);

    /// <summary>The blobs whose path starts with <paramref name="prefix"/>, which need not end at a slash.</summary>
    Task<BlobPage> ListAsync(string prefix, int limit, string? continuation, CancellationToken cancellationToken);

    /// <returns><see langword="false"/> if there was no such blob.</returns>
    Task<bool> DeleteAsync(string path, CancellationToken cancellationToken);
}
