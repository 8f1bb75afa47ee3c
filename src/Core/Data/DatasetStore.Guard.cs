using Mlops.Storage;

namespace Mlops.Data;

/// <content>Uploads that a suite guards.</content>
public sealed partial class DatasetStore
{
    /// <summary>The rows of a version's file that were set aside when it was uploaded. The caller disposes it.</summary>
    /// <returns>Null if none were.</returns>
    /// <exception cref="InvalidDataException">The storage has lost the file.</exception>
    public async Task<Stream?> OpenQuarantineAsync(TenantId tenant, DatasetVersion version, CancellationToken cancellationToken)
    {
        _ = ContentOf(tenant, version);
        return version.Check?.Quarantine is { } path
            ? await blobs.OpenReadAsync(path, 0, null, cancellationToken)
                ?? throw new InvalidDataException($"The quarantine of {version.Dataset} version {version.Number} is gone.")
            : null;
    }

    private static CompiledSuite Compiled(SuiteVersion guard) => CompiledSuite.Read(guard.Suite) is SuiteReading.Read(var compiled)
        ? compiled
        : throw new InvalidDataException($"The stored suite '{guard.Name}' version {guard.Number} is not in order.");

    private async Task<UploadOutcome> CheckAsync(
        TenantId tenant,
        SuiteVersion guard,
        SuiteEvaluation evaluation,
        UploadStream stream,
        Upload upload,
        CancellationToken cancellationToken)
    {
        if (evaluation.NeedsSecondPass)
        {
            evaluation.BeginSecondPass();
            await using var again = await ReopenAsync(upload, cancellationToken);
            await CsvReader.ReadAsync(again, evaluation, limits.Csv, cancellationToken);
        }

        var result = ResultOf(guard, evaluation);
        var check = new UploadCheck(guard.Name, guard.Number, result.Success, 0, stream.Sha256 ?? "", upload.Validation);
        if (guard.Suite.OnUpload is OnUpload.Warn || !result.Failed(ExpectationSeverity.Critical).Any())
        {
            await KeepAsync(upload.Validation, result, cancellationToken);
            return await RecordAsync(tenant, DraftOf(guard.Dataset, stream, upload.Content, check), upload, cancellationToken);
        }

        if (guard.Suite.OnUpload is OnUpload.Reject || evaluation.BeginSieve().Count is 0)
        {
            await RemoveAsync(tenant, upload, cancellationToken);
            return new UploadOutcome.Rejected(result);
        }

        return await SieveAsync(tenant, guard, evaluation, check, result, upload, cancellationToken);
    }

    /// <summary>Makes what passes the version's content and keeps what does not beside it.</summary>
    /// <remarks>The file as it came is removed before the version is committed: nothing would know of it afterwards.</remarks>
    private async Task<UploadOutcome> SieveAsync(
        TenantId tenant,
        SuiteVersion guard,
        SuiteEvaluation evaluation,
        UploadCheck check,
        ValidationResult result,
        Upload upload,
        CancellationToken cancellationToken)
    {
        var rest = new SuiteEvaluation(evaluation.Suite, Environment.ProcessorCount);
        await using var sieve = new SieveStream(await ReopenAsync(upload, cancellationToken), evaluation, limits.Csv, givesBroken: false);
        await using var stream = new UploadStream(sieve, limits, rest);
        try
        {
            await blobs.PutAsync(upload.Rest, stream, BlobCondition.None, cancellationToken);
        }
        catch (Exception) when (stream.Refusal is not null)
        {
            // No row is left.
            await RemoveAsync(tenant, upload, cancellationToken);
            return new UploadOutcome.Rejected(result);
        }

        if (IsStillBroken(rest))
        {
            await RemoveAsync(tenant, upload, cancellationToken);
            return new UploadOutcome.Rejected(result);
        }

        await using (var broken = new SieveStream(await ReopenAsync(upload, cancellationToken), evaluation, limits.Csv, givesBroken: true))
        {
            await blobs.PutAsync(upload.Quarantine, broken, BlobCondition.None, cancellationToken);
            check = check with { QuarantinedRows = broken.Rows, Quarantine = upload.Quarantine };
        }

        await KeepAsync(upload.Validation, result, cancellationToken);
        await blobs.DeleteAsync(upload.Content, cancellationToken);
        return await RecordAsync(tenant, DraftOf(guard.Dataset, stream, upload.Rest, check), upload, cancellationToken);
    }

    /// <summary>Whether setting rows aside has not mended what is expected of the table as a whole.</summary>
    private static bool IsStillBroken(SuiteEvaluation rest)
    {
        var expectations = rest.Suite.Suite.Expectations;
        return Enumerable.Range(0, expectations.Count)
            .Any(place => expectations[place].Severity is ExpectationSeverity.Critical && !rest.IsSievedBy(place) && !rest.IsMet(place));
    }

    private ValidationResult ResultOf(SuiteVersion guard, SuiteEvaluation evaluation) => evaluation.Result(
        ResultFormat.Summary, guard.Name, rows => new ValidationMeta(guard.Dataset, guard.Number, time.GetUtcNow(), rows));

    private async Task<Stream> ReopenAsync(Upload upload, CancellationToken cancellationToken) =>
        await blobs.OpenReadAsync(upload.Content, 0, null, cancellationToken)
            ?? throw new TimeoutException($"The upload '{upload.Content}' took longer than {limits.AbandonedAfter} and was given up.");

    private async Task KeepAsync(string path, ValidationResult result, CancellationToken cancellationToken)
    {
        using var content = new MemoryStream(Documents.Write(result), writable: false);
        await blobs.PutAsync(path, content, BlobCondition.None, cancellationToken);
    }

    /// <summary>The version that a draft would repeat.</summary>
    private async Task<DatasetVersion?> FindSameAsync(TenantId tenant, DatasetVersion draft, CancellationToken cancellationToken)
    {
        if (draft.Check is not { Quarantine: not null } check)
        {
            return await FindByHashAsync(tenant, draft.Dataset, draft.Sha256, cancellationToken);
        }

        var key = DatasetKeys.Quarantined(draft.Dataset, check.SourceSha256, draft.Sha256);
        return await tables.FindAsync(DatasetKeys.At(tenant, key), cancellationToken) is { } row
            ? await FindAsync(tenant, draft.Dataset, row.Read<HashRow>().Number, cancellationToken)
            : null;
    }

    /// <summary>What the version is found by. Of versions with the same content its hash finds the first.</summary>
    private async Task<IReadOnlyList<TableWrite>> HashesAsync(
        TenantId tenant, DatasetVersion version, CancellationToken cancellationToken)
    {
        var number = Documents.Write(new HashRow(version.Number));
        var content = DatasetKeys.Hash(version.Dataset, version.Sha256);
        if (version.Check is not { Quarantine: not null } check)
        {
            return [new TableWrite.Insert(content, number)];
        }

        var insert = new TableWrite.Insert(DatasetKeys.Quarantined(version.Dataset, check.SourceSha256, version.Sha256), number);
        return await tables.FindAsync(DatasetKeys.At(tenant, content), cancellationToken) is null
            ? [insert, new TableWrite.Insert(content, number)]
            : [insert];
    }
}
