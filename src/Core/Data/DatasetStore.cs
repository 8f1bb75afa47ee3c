using System.Text.Json.Serialization;
using Mlops.Storage;

namespace Mlops.Data;

/// <summary>Data sets, their versions and the tables in them.</summary>
/// <remarks>
/// <para>Safe for concurrent use by threads and processes. A content is known by its hash: offering it again, even at the same
/// time, gives the same version. Different contents get consecutive numbers.</para>
/// <para>An upload is seen whole or not at all: a version's row, its number and its hash are committed at once, after its blob is
/// complete. Before that the upload has announced its blob in a row of its own, which that same commit removes; what a killed upload
/// leaves is that row and perhaps a blob that no version names, and later uploads remove both, see <see cref="SweepAsync"/>.</para>
/// </remarks>
public sealed class DatasetStore(ITableStore tables, IBlobStore blobs, TimeProvider time, IdSource ids, DatasetLimits limits)
{
    /// <summary>The most versions in a page; a version of a wide table takes close to a megabyte.</summary>
    private const int MaxVersionsPerPage = 100;

    /// <summary>
    /// Stores a CSV file as the newest version, reading <paramref name="content"/> once and never holding the whole of it.
    /// </summary>
    public async Task<UploadOutcome> UploadAsync(TenantId tenant, DatasetName name, Stream content, CancellationToken cancellationToken)
    {
        await SweepAsync(tenant, cancellationToken);
        var upload = await AnnounceAsync(tenant, name, cancellationToken);
        await using var stream = new UploadStream(content, limits);
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

        return await RecordAsync(tenant, name, stream, upload, cancellationToken);
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

    private async Task<Upload> AnnounceAsync(TenantId tenant, DatasetName name, CancellationToken cancellationToken)
    {
        var id = ids.NewId();
        var upload = new Upload(id, DatasetKeys.Content(tenant, name, id), time.GetUtcNow(), IsCondemned: false, ETag: "");
        return await tables.CommitAsync(
            DatasetKeys.Partition(tenant), [new TableWrite.Insert(upload.Row, Documents.Write(upload))], cancellationToken)
            is CommitOutcome.Committed({ } etags)
            ? upload with { ETag = etags[0] ?? "" }
            : throw new InvalidOperationException($"Upload '{id}' was there before: an id was given out twice.");
    }

    private async Task<UploadOutcome> RecordAsync(
        TenantId tenant, DatasetName name, UploadStream stream, Upload upload, CancellationToken cancellationToken)
    {
        var sha256 = stream.Sha256 ?? throw new InvalidOperationException("The blob store did not read the upload to its end.");
        var draft = new DatasetVersion(
            name, int.MaxValue, sha256, stream.Bytes, stream.Profile.Rows, stream.Profile.Schema(), stream.Profile.Statistics(),
            time.GetUtcNow(), upload.Content);
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
            if (await FindByHashAsync(tenant, name, sha256, cancellationToken) is { } same)
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
        TableWrite[] writes =
        [
            new TableWrite.Delete(upload.Row, upload.ETag),
            head is null
                ? new TableWrite.Insert(row, Documents.Write(now))
                : new TableWrite.Replace(row, Documents.Write(now), head.ETag),
            new TableWrite.Insert(DatasetKeys.Version(version.Dataset, version.Number), Documents.Write(version)),
            new TableWrite.Insert(DatasetKeys.Hash(version.Dataset, version.Sha256), Documents.Write(new HashRow(version.Number))),
        ];
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

    /// <summary>Removes an upload's blob, then the row that says there may be one.</summary>
    private async Task RemoveAsync(TenantId tenant, Upload upload, CancellationToken cancellationToken)
    {
        await blobs.DeleteAsync(upload.Content, cancellationToken);
        await tables.CommitAsync(DatasetKeys.Partition(tenant), [new TableWrite.Delete(upload.Row)], cancellationToken);
    }

    /// <param name="IsCondemned">Whether it was found to have taken too long.</param>
    /// <param name="ETag">The row's tag, while it is in memory.</param>
    private sealed record Upload(string Id, string Content, DateTimeOffset StartedAt, bool IsCondemned, string ETag)
    {
        [JsonIgnore]
        public string Row => DatasetKeys.Upload(Id);
    }

    private sealed record HashRow(int Number);
}
