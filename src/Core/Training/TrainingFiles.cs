using Mlops.Storage;

namespace Mlops.Training;

/// <summary>The working folder of one training: what its steps hand to each other, and what becomes the version's folder.</summary>
/// <remarks>
/// Every file is made from a step's inputs alone, so that a repeated step writes the same bytes again. The plan is made by the step that
/// validates and completed by the one that trains, which may find a threshold.
/// </remarks>
public sealed class TrainingFiles(IBlobStore blobs)
{
    /// <summary>What trained; see <see cref="TrainingEnvironment"/>.</summary>
    public const string Environment = "environment.json";

    public const string Plan = "plan.json";
    public const string Split = "split.json";

    /// <summary>How the data met the suite that was asked for; there is none where no suite was.</summary>
    public const string Expectations = "expectations.json";

    public const string Model = "model.onnx";
    public const string Evaluation = "evaluation.json";
    public const string Profile = "reference_profile.json";
    public const string Importance = "importance.json";

    /// <summary>What a study is to do; see <see cref="StudyPlan"/>.</summary>
    public const string StudyPlan = "study_plan.json";

    /// <summary>What came of a study; see <see cref="StudyReport"/>. Absent if there was none.</summary>
    public const string Study = "study.json";

    /// <summary>What a study chose; see <see cref="TrainingChoice"/>.</summary>
    public const string Choice = "choice.json";

    /// <summary>What the exported model says of the held-out rows: little-endian doubles, row-major [rows, output width].</summary>
    public const string Predictions = "predictions.bin";

    /// <summary>The loss as training went on: a list of <see cref="LossPoint"/>. Absent if the learner did not say.</summary>
    public const string LearningCurve = "learning_curve.json";

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

    /// <returns>What was written first, this or what an earlier call left.</returns>
    public async Task<T> WriteOnceAsync<T>(TenantId tenant, string training, string file, T value, CancellationToken cancellationToken)
    {
        using var stream = new MemoryStream(Documents.Write(value), writable: false);
        return await blobs.PutAsync(PathOf(tenant, training, file), stream, BlobCondition.Absent, cancellationToken) is not null
            ? value
            : await ReadAsync<T>(tenant, training, file, cancellationToken);
    }

    public async Task<bool> ExistsAsync(TenantId tenant, string training, string file, CancellationToken cancellationToken) =>
        await blobs.FindAsync(PathOf(tenant, training, file), cancellationToken) is not null;

    /// <summary>What the training learns with: the spec's learner, or the one that its study chose.</summary>
    /// <exception cref="FileNotFoundException">The study that is to choose has not ended, which is a broken promise.</exception>
    public async Task<TrainingChoice> ChoiceAsync(
        TenantId tenant, string training, TrainingSpec spec, CancellationToken cancellationToken) =>
        spec is { Search: null, Learner: { } learner }
            ? new TrainingChoice(learner, spec.Preprocessing)
            : await ReadAsync<TrainingChoice>(tenant, training, Choice, cancellationToken);

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
