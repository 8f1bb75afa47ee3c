using Mlops.Storage;

namespace Mlops.Tracking;

/// <summary>A file or folder among a run's artifacts.</summary>
/// <param name="Path">From the run's root.</param>
/// <param name="Length">In bytes; absent for a folder.</param>
public sealed record ArtifactInfo(string Path, bool IsDirectory, long? Length);

/// <summary>The files of a run: models, plots, reports.</summary>
/// <remarks>Safe for concurrent use. Putting an artifact again replaces it.</remarks>
public sealed class ArtifactStore(IBlobStore blobs, RunStore runs)
{
    private const int PageSize = 1_000;

    /// <summary>Stores an artifact from a stream, which is not held in memory.</summary>
    /// <returns>Null if there is no such run, or it is deleted.</returns>
    public async Task<ArtifactInfo?> PutAsync(
        TenantId tenant, string runId, ArtifactPath path, Stream content, CancellationToken cancellationToken)
    {
        if (await FindRootAsync(tenant, runId, cancellationToken) is not { } root)
        {
            return null;
        }

        var put = await blobs.PutAsync(root + path.Blob, content, BlobCondition.None, cancellationToken);
        return new(path.Value, IsDirectory: false, put?.Length);
    }

    /// <summary>What lies directly in a folder of a run's artifacts, folders and files, in ordinal order of their paths.</summary>
    /// <param name="folder">The run's root if absent.</param>
    /// <returns>Null if there is no such run; empty if there is no such folder.</returns>
    public async Task<IReadOnlyList<ArtifactInfo>?> ListAsync(
        TenantId tenant, string runId, ArtifactPath? folder, CancellationToken cancellationToken)
    {
        if (await FindRootAsync(tenant, runId, cancellationToken) is not { } root)
        {
            return null;
        }

        var prefix = folder is null ? root : $"{root}{folder.Blob}/";
        var found = new SortedDictionary<string, ArtifactInfo>(StringComparer.Ordinal);
        string? continuation = null;
        do
        {
            var page = await blobs.ListAsync(prefix, PageSize, continuation, cancellationToken);
            foreach (var blob in page.Blobs)
            {
                var info = ChildOf(root, prefix, blob);
                found[info.Path + (info.IsDirectory ? "/" : "")] = info;
            }

            continuation = page.Continuation;
        }
        while (continuation is not null);

        return [.. found.Values];
    }

    /// <returns>Null if there is no such artifact. The caller disposes the stream.</returns>
    public async Task<Stream?> OpenReadAsync(TenantId tenant, string runId, ArtifactPath path, CancellationToken cancellationToken) =>
        await FindRootAsync(tenant, runId, cancellationToken) is { } root
            ? await blobs.OpenReadAsync(root + path.Blob, 0, null, cancellationToken)
            : null;

    private static ArtifactInfo ChildOf(string root, string prefix, BlobInfo blob)
    {
        var slash = blob.Path.IndexOf('/', prefix.Length);
        return slash < 0
            ? new(ArtifactPath.FromBlob(blob.Path[root.Length..]), IsDirectory: false, blob.Length)
            : new(ArtifactPath.FromBlob(blob.Path[root.Length..slash]), IsDirectory: true, null);
    }

    private async Task<string?> FindRootAsync(TenantId tenant, string runId, CancellationToken cancellationToken) =>
        await runs.FindAsync(tenant, runId, cancellationToken) is { LifecycleStage: LifecycleStage.Active } run
            ? TrackingKeys.Artifacts(tenant, RunId.Parse(run.Id))
            : null;
}
