using Mlops.Storage;

namespace Mlops.Data;

/// <summary>Holds versions of data sets against suites and keeps the results.</summary>
/// <remarks>A version has one kept result for each suite, the last one; repeating it gives the same but for the time.</remarks>
public sealed class DatasetValidation(DatasetStore datasets, IBlobStore blobs, TimeProvider time, DatasetLimits limits)
{
    /// <exception cref="InvalidDataException">The storage has lost the file or holds another one.</exception>
    public async Task<ValidationResult> RunAsync(
        TenantId tenant, DatasetVersion version, SuiteVersion suite, ResultFormat format, CancellationToken cancellationToken)
    {
        var compiled = CompiledSuite.Read(suite.Suite) is SuiteReading.Read(var read)
            ? read
            : throw new InvalidDataException($"The stored suite '{suite.Name}' version {suite.Number} is not in order.");
        var evaluation = new SuiteEvaluation(compiled, Environment.ProcessorCount);
        await PassAsync(tenant, version, evaluation, cancellationToken);
        if (evaluation.NeedsSecondPass)
        {
            evaluation.BeginSecondPass();
            await PassAsync(tenant, version, evaluation, cancellationToken);
        }

        return evaluation.Result(format, suite.Name, rows => new ValidationMeta(
            version.Dataset, suite.Number, time.GetUtcNow(), rows, version.Number));
    }

    /// <summary>Keeps a result.</summary>
    public async Task KeepAsync(TenantId tenant, DatasetVersion version, ValidationResult result, CancellationToken cancellationToken)
    {
        using var content = new MemoryStream(Documents.Write(result), writable: false);
        await blobs.PutAsync(PathOf(tenant, version, SuiteName.Parse(result.SuiteName)), content, BlobCondition.None, cancellationToken);
    }

    /// <summary>The kept result of a version, or else that of its upload, in the format it was made in.</summary>
    public async Task<ValidationResult?> FindAsync(
        TenantId tenant, DatasetVersion version, SuiteName suite, CancellationToken cancellationToken)
    {
        await using var kept = await blobs.OpenReadAsync(PathOf(tenant, version, suite), 0, null, cancellationToken)
            ?? (version.Check is { } check && check.Suite == suite
                ? await blobs.OpenReadAsync(check.Validation, 0, null, cancellationToken)
                : null);
        if (kept is null)
        {
            return null;
        }

        using var content = new MemoryStream();
        await kept.CopyToAsync(content, cancellationToken);
        return Documents.Read<ValidationResult>(content.ToArray());
    }

    private static string PathOf(TenantId tenant, DatasetVersion version, SuiteName suite) =>
        $"{tenant}/datasets/{version.Dataset}/validations/{version.Number}/{suite}.json";

    private async Task PassAsync(TenantId tenant, DatasetVersion version, SuiteEvaluation evaluation, CancellationToken cancellationToken)
    {
        await using var content = await datasets.OpenReadAsync(tenant, version, cancellationToken);
        if (await CsvReader.ReadAsync(content, evaluation, limits.Csv, cancellationToken) is { } fault)
        {
            throw new InvalidDataException($"{version.Dataset} version {version.Number}, line {fault.Line}: {fault.Reason}");
        }
    }
}
