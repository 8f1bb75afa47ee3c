using System.Text.Json.Serialization;
using Mlops.Storage;

namespace Mlops.Data;

/// <summary>Data sets, their versions and the tables in them.</summary>
/// <remarks>
/// <para>Safe for concurrent use by threads and processes. A content is known by its hash: offering it again, even at the same
/// time, gives the same version. Different contents get consecutive numbers.</para>
/// <para>An upload is seen whole or not at all: a version's row, its number and its hash are committed at once, after its blob is
/// complete. Before that the upload has announced its blob in a row of its own, which that same commit removes; what a killed upload
/// leaves is that row and perhaps blobs that no version names, and later uploads remove them all, see <see cref="SweepAsync"/>.</para>
/// <para>An upload that a suite guards is held against it while it is read; see <see cref="OnUpload"/>.</para>
/// </remarks>
public sealed partial class DatasetStore(ITableStore tables, IBlobStore blobs, TimeProvider time, IdSource ids, DatasetLimits limits)
{
    /// <summary>The most versions in a page; a version of a wide table takes close to a megabyte.</summary>
    private const int MaxVersionsPerPage = 100;

    /// <summary>
    /// Stores a CSV file as the newest version, reading <paramref name="content"/> once and never holding the whole of it.
    /// </summary>
    public async Task<UploadOutcome> UploadAsync(TenantId tenant, DatasetName name, Stream content, CancellationToken cancellationToken)
    {
        await SweepAsync(tenant, cancellationToken);
        var guard = await new ExpectationStore(tables, time).FindGuardAsync(tenant, name, cancellationToken);
        var evaluation = guard is null ? null : new SuiteEvaluation(Compiled(guard), Environment.ProcessorCount);
        var upload = await AnnounceAsync(tenant, name, guard is not null, cancellationToken);
        await using var stream = new UploadStream(content, limits, evaluation);
        try
        {
            _ = await blobs.PutAsync(upload.Content, stream, BlobCondition.Absent, cancellationToken)
                ?? throw new InvalidOperationException($"Upload '{upload.Content}' was there before: an id was given out twice.");
        }
        catch (Exception) when (stream.Refusal is not null)
        {
            await RemoveAsync(tenant, upload, cancellationToken);
            return stream.Refusal;
        }

        return guard is null || evaluation is null
            ? await RecordAsync(tenant, DraftOf(name, stream, upload.Content), upload, cancellationToken)
            : await CheckAsync(tenant, guard, evaluation, stream, upload, cancellationToken);
    }

    public async Task<Dataset?> FindDatasetAsync(TenantId tenant, DatasetName name, CancellationToken cancellationToken) =>
        (await tables.FindAsync(DatasetKeys.At(tenant, DatasetKeys.Dataset(name)), cancellationToken))?.Read<Dataset>();

    /// <summary>A version by its number, or the newest.</summary>
    public async Task<DatasetVersion?> FindAsync(TenantId tenant, DatasetName name, int? number, CancellationToken cancellationToken)
    {
        number ??= (await FindDatasetAsync(tenant, name, cancellationToken))?.Latest;
        return number >= 1
            ? (await tables.FindAsync(DatasetKeys.At(tenant, DatasetKeys.Version(name, number.Value)), cancellationToken))
                ?.Read<DatasetVersion>()
            : null;
    }

    /// <summary>The version with a content.</summary>
    /// <param name="sha256">64 lower-case hexadecimal digits.</param>
    public async Task<DatasetVersion?> FindByHashAsync(
        TenantId tenant, DatasetName name, string sha256, CancellationToken cancellationToken) =>
        await tables.FindAsync(DatasetKeys.At(tenant, DatasetKeys.Hash(name, sha256)), cancellationToken) is { } row
            ? await FindAsync(tenant, name, row.Read<HashRow>().Number, cancellationToken)
            : null;

    /// <param name="limit">At most this many, 1 to 1,000.</param>
    /// <exception cref="InvalidContinuationException">The continuation is not one that this gave out.</exception>
    public async Task<DatasetPage> ListAsync(TenantId tenant, int limit, string? continuation, CancellationToken cancellationToken)
    {
        var page = await tables.ScanAsync(
            TableScan.WithPrefix(DatasetKeys.Partition(tenant), DatasetKeys.Datasets, limit, continuation), cancellationToken);
        return new([.. page.Rows.Select(row => row.Read<Dataset>())], page.Continuation);
    }

    /// <param name="limit">At most this many, 1 to 1,000; a page has 100 at most.</param>
    /// <exception cref="InvalidContinuationException">The continuation is not one that this gave out.</exception>
    public async Task<DatasetVersionPage> ListVersionsAsync(
        TenantId tenant, DatasetName name, int limit, string? continuation, CancellationToken cancellationToken)
    {
        var page = await tables.ScanAsync(
            TableScan.WithPrefix(
                DatasetKeys.Partition(tenant), DatasetKeys.Versions(name), Math.Min(limit, MaxVersionsPerPage), continuation),
            cancellationToken);
        return new([.. page.Rows.Select(row => row.Read<DatasetVersion>())], page.Continuation);
    }

    /// <summary>The CSV file, byte for byte. The caller disposes it.</summary>
    /// <exception cref="InvalidDataException">The storage has lost the file.</exception>
    public async Task<Stream> OpenReadAsync(TenantId tenant, DatasetVersion version, CancellationToken cancellationToken) =>
        await blobs.OpenReadAsync(ContentOf(tenant, version), 0, null, cancellationToken)
            ?? throw new InvalidDataException($"The content of {version.Dataset} version {version.Number} is gone.");

    /// <summary>The whole table in memory.</summary>
    /// <exception cref="InvalidDataException">The storage has lost the file or holds another one.</exception>
    public async Task<DataFrame> ReadFrameAsync(TenantId tenant, DatasetVersion version, CancellationToken cancellationToken)
    {
        await using var content = await OpenReadAsync(tenant, version, cancellationToken);
        var frame = new FrameBuilder(version.Schema, checked((int)version.Rows));
        return await CsvReader.ReadAsync(content, frame, limits.Csv, cancellationToken) is { } fault
            ? throw new InvalidDataException($"{version.Dataset} version {version.Number}, line {fault.Line}: {fault.Reason}")
            : frame.Build();
    }

    /// <summary>Removes what uploads have left that began longer ago than an upload may take. Every upload does this first.</summary>
    /// <returns>How many leftovers were removed.</returns>
    public async Task<int> SweepAsync(TenantId tenant, CancellationToken cancellationToken)
    {
        var swept = 0;
        var scan = TableScan.WithPrefix(DatasetKeys.Partition(tenant), DatasetKeys.Uploads);
        do
        {
            var page = await tables.ScanAsync(scan, cancellationToken);
            foreach (var row in page.Rows)
            {
                var upload = row.Read<Upload>();
                if (time.GetUtcNow() - upload.StartedAt > limits.AbandonedAfter
                    && await CondemnAsync(tenant, row, upload, cancellationToken) is { } condemned)
                {
                    await RemoveAsync(tenant, condemned, cancellationToken);
                    swept++;
                }
            }

            scan = scan with { Continuation = page.Continuation };
        }
        while (scan.Continuation is not null);

        return swept;
    }

    private static string ContentOf(TenantId tenant, DatasetVersion version) =>
        version.Content.StartsWith($"{tenant}/", StringComparison.Ordinal)
            ? version.Content
            : throw new ArgumentException($"{version.Dataset} version {version.Number} is not tenant {tenant}'s.", nameof(version));

    private async Task<Upload> AnnounceAsync(TenantId tenant, DatasetName name, bool isGuarded, CancellationToken cancellationToken)
    {
        var id = ids.NewId();
        var upload = new Upload(id, DatasetKeys.Content(tenant, name, id), time.GetUtcNow(), IsCondemned: false, ETag: "", isGuarded);
        return await tables.CommitAsync(
            DatasetKeys.Partition(tenant), [new TableWrite.Insert(upload.Row, Documents.Write(upload))], cancellationToken)
            is CommitOutcome.Committed({ } etags)
            ? upload with { ETag = etags[0] ?? "" }
            : throw new InvalidOperationException($"Upload '{id}' was there before: an id was given out twice.");
    }

    private DatasetVersion DraftOf(DatasetName name, UploadStream stream, string content, UploadCheck? check = null) => new(
        name,
        int.MaxValue,
        stream.Sha256 ?? throw new InvalidOperationException("The blob store did not read the upload to its end."),
        stream.Bytes,
        stream.Profile.Rows,
        stream.Profile.Schema(),
        stream.Profile.Statistics(),
        time.GetUtcNow(),
        content,
        check);

    private async Task<UploadOutcome> RecordAsync(
        TenantId tenant, DatasetVersion draft, Upload upload, CancellationToken cancellationToken)
    {
        if (Documents.Write(draft).Length is var size and > TableLimits.MaxDocumentBytes)
        {
            await RemoveAsync(tenant, upload, cancellationToken);
            var reason = $"The schema and statistics of {draft.Schema.Columns.Count} columns take {size} bytes; "
                + $"there is room for {TableLimits.MaxDocumentBytes}.";
            return new UploadOutcome.Malformed(1, null, reason);
        }

        // Each turn of the loop that commits nothing saw another upload commit.
        while (true)
        {
            if (await FindSameAsync(tenant, draft, cancellationToken) is { } same)
            {
                await RemoveAsync(tenant, upload, cancellationToken);
                return new UploadOutcome.AlreadyStored(same);
            }

            if (await TryCommitAsync(tenant, draft, upload, cancellationToken) is { } version)
            {
                return new UploadOutcome.Stored(version);
            }
        }
    }

    private async Task<DatasetVersion?> TryCommitAsync(
        TenantId tenant, DatasetVersion draft, Upload upload, CancellationToken cancellationToken)
    {
        var head = await tables.FindAsync(DatasetKeys.At(tenant, DatasetKeys.Dataset(draft.Dataset)), cancellationToken);
        var before = head?.Read<Dataset>();
        var version = draft with { Number = (before?.Latest ?? 0) + 1 };
        var now = new Dataset(
            version.Dataset, version.Number, version.Sha256, version.Bytes, version.Rows, version.Schema.Columns.Count,
            before?.CreatedAt ?? version.CreatedAt, version.CreatedAt);
        var row = DatasetKeys.Dataset(version.Dataset);
        List<TableWrite> writes =
        [
            new TableWrite.Delete(upload.Row, upload.ETag),
            head is null
                ? new TableWrite.Insert(row, Documents.Write(now))
                : new TableWrite.Replace(row, Documents.Write(now), head.ETag),
            new TableWrite.Insert(DatasetKeys.Version(version.Dataset, version.Number), Documents.Write(version)),
        ];
        writes.AddRange(await HashesAsync(tenant, version, cancellationToken));
        return await tables.CommitAsync(DatasetKeys.Partition(tenant), writes, cancellationToken) switch
        {
            CommitOutcome.Committed => version,
            CommitOutcome.Refused { Index: 0 } => throw new TimeoutException(
                $"The upload to '{version.Dataset}' took longer than {limits.AbandonedAfter} and was given up."),
            _ => null,
        };
    }

    /// <summary>Marks an upload so that it cannot become a version any more, which makes its blob nobody's.</summary>
    private async Task<Upload?> CondemnAsync(TenantId tenant, TableRow row, Upload upload, CancellationToken cancellationToken)
    {
        var condemned = upload with { IsCondemned = true };
        return await tables.CommitAsync(
            DatasetKeys.Partition(tenant), [new TableWrite.Replace(row.Key.Row, Documents.Write(condemned), row.ETag)], cancellationToken)
            is CommitOutcome.Committed({ } etags)
            ? condemned with { ETag = etags[0] ?? "" }
            : null;
    }

    /// <summary>Removes an upload's blobs, then the row that says there may be some.</summary>
    private async Task RemoveAsync(TenantId tenant, Upload upload, CancellationToken cancellationToken)
    {
        foreach (var blob in upload.Blobs)
        {
            await blobs.DeleteAsync(blob, cancellationToken);
        }

        await tables.CommitAsync(DatasetKeys.Partition(tenant), [new TableWrite.Delete(upload.Row)], cancellationToken);
    }

    /// <param name="IsCondemned">Whether it was found to have taken too long.</param>
    /// <param name="ETag">The row's tag, while it is in memory.</param>
    /// <param name="IsGuarded">Whether a suite guards it, so that there may be blobs beside its content.</param>
    private sealed record Upload(
        string Id, string Content, DateTimeOffset StartedAt, bool IsCondemned, string ETag, bool IsGuarded = false)
    {
        [JsonIgnore]
        public string Row => DatasetKeys.Upload(Id);

        /// <summary>The rows that passed, where others were set aside.</summary>
        [JsonIgnore]
        public string Rest => DatasetKeys.Beside(Content, ".rest.csv");

        [JsonIgnore]
        public string Quarantine => DatasetKeys.Beside(Content, ".quarantine.csv");

        [JsonIgnore]
        public string Validation => DatasetKeys.Beside(Content, ".validation.json");

        [JsonIgnore]
        public IReadOnlyList<string> Blobs => IsGuarded ? [Content, Rest, Quarantine, Validation] : [Content];
    }

    private sealed record HashRow(int Number);
}
