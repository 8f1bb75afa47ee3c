using Mlops.Storage;

namespace Mlops.Training;

/// <summary>The working folder of one training: what its steps hand to each other, and what becomes the version's folder.</summary>
/// <remarks>Every file is made by one step from its inputs alone, so that a repeated step writes the same bytes again.</remarks>
public sealed class TrainingFiles(IBlobStore blobs)
{
    /// <summary>What trained; see <see cref="TrainingEnvironment"/>.</summary>
    public const string Environment = "environment.json";

    public const string Plan = "plan.json";
    public const string Split = "split.json";
    public const string Model = "model.onnx";
    public const string Evaluation = "evaluation.json";
    public const string Profile = "reference_profile.json";

    /// <summary>What the exported model says of the held-out rows: little-endian doubles, row-major [rows, output width].</summary>
    public const string Predictions = "predictions.bin";

    /// <summary>The loss as training went on: a list of <see cref="LossPoint"/>. Absent if the learner did not say.</summary>
    public const string LearningCurve = "learning_curve.json";

    /// <summary>What a search tried: a list of <see cref="TrialPoint"/>. Absent if there was none.</summary>
    public const string Study = "study.json";

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

    /// <returns>Null if no step has written it.</returns>
    public async Task<byte[]?> FindBytesAsync(TenantId tenant, string training, string file, CancellationToken cancellationToken)
    {
        await using var stream = await blobs.OpenReadAsync(PathOf(tenant, training, file), 0, null, cancellationToken);
        if (stream is null)
        {
            return null;
        }

        using var content = new MemoryStream();
        await stream.CopyToAsync(content, cancellationToken);
        return content.ToArray();
    }

    /// <returns>Null if no step has written it.</returns>
    public async Task<T?> FindAsync<T>(TenantId tenant, string training, string file, CancellationToken cancellationToken)
        where T : class =>
        await FindBytesAsync(tenant, training, file, cancellationToken) is { } content ? Documents.Read<T>(content) : null;

    /// <exception cref="FileNotFoundException">An earlier step has not written it, which is a broken promise.</exception>
    public async Task<byte[]> ReadBytesAsync(TenantId tenant, string training, string file, CancellationToken cancellationToken) =>
        await FindBytesAsync(tenant, training, file, cancellationToken)
            ?? throw new FileNotFoundException("A file that an earlier training step wrote is gone.", PathOf(tenant, training, file));

    private static string PathOf(TenantId tenant, string training, string file) => $"{tenant}/training/{training}/{file}";
}
