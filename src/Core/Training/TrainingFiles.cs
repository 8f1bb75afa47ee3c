using Mlops.Storage;

namespace Mlops.Training;

/// <summary>The working folder of one training: what its steps hand to each other, and what becomes the version's folder.</summary>
/// <remarks>Every file is made by one step from its inputs alone, so that a repeated step writes the same bytes again.</remarks>
public sealed class TrainingFiles(IBlobStore blobs)
{
    public const string Plan = "plan.json";
    public const string Split = "split.json";

    /// <summary>How the data met the suite that was asked for; there is none where no suite was.</summary>
    public const string Expectations = "expectations.json";

    public const string Model = "model.onnx";
    public const string Evaluation = "evaluation.json";
    public const string Profile = "reference_profile.json";

    public async Task WriteAsync<T>(TenantId tenant, string training, string file, T value, CancellationToken cancellationToken) =>
        await WriteBytesAsync(tenant, training, file, Documents.Write(value), cancellationToken);

    public async Task WriteBytesAsync(
        TenantId tenant, string training, string file, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        using var stream = new MemoryStream(content.ToArray(), writable: false);
        await blobs.PutAsync(PathOf(tenant, training, file), stream, BlobCondition.None, cancellationToken);
    }

    public async Task<T> ReadAsync<T>(TenantId tenant, string training, string file, CancellationToken cancellationToken) =>
        Documents.Read<T>(await ReadBytesAsync(tenant, training, file, cancellationToken));

    /// <exception cref="FileNotFoundException">An earlier step has not written it, which is a broken promise.</exception>
    public async Task<byte[]> ReadBytesAsync(TenantId tenant, string training, string file, CancellationToken cancellationToken)
    {
        var path = PathOf(tenant, training, file);
        await using var stream = await blobs.OpenReadAsync(path, 0, null, cancellationToken)
            ?? throw new FileNotFoundException("A file that an earlier training step wrote is gone.", path);
        using var content = new MemoryStream();
        await stream.CopyToAsync(content, cancellationToken);
        return content.ToArray();
    }

    private static string PathOf(TenantId tenant, string training, string file) => $"{tenant}/training/{training}/{file}";
}
