using Mlops.Storage;

namespace Mlops.LocalHost.Blobs;

internal enum DropState { Pending, Done, Failed }

/// <summary>How far a dropped file has come.</summary>
/// <param name="Attempts">Runs begun, the one that was cut short included.</param>
/// <param name="RetryAt">Not before then.</param>
/// <param name="Error">Why the last attempt failed.</param>
internal sealed record DropRecord(
    string Path, long Length, DateTimeOffset Modified, int Attempts, DropState State, DateTimeOffset RetryAt, string? Error = null)
{
    public static DropRecord Of(DropFile file) => new(file.Path, file.Length, file.Modified, 0, DropState.Pending, DateTimeOffset.MinValue);

    /// <summary>Whether it speaks of this very file, not of an earlier one of its name.</summary>
    public bool IsOf(DropFile file) => (Path, Length, Modified) == (file.Path, file.Length, file.Modified);
}

/// <summary>Keeps one row per dropped file, while it lies in its folder. The folders are the host's own and belong to no tenant.</summary>
internal sealed class DropRecords(ITableStore tables, string container)
{
    private readonly string _partition = $"host:blobs:{container}";

    public async Task<DropRecord> GetAsync(DropFile file, CancellationToken cancellationToken)
    {
        var row = await tables.FindAsync(new TableKey(_partition, file.Key), cancellationToken);
        return row?.Read<DropRecord>() is { } record && record.IsOf(file) ? record : DropRecord.Of(file);
    }

    public Task WriteAsync(DropFile file, DropRecord record, CancellationToken cancellationToken) =>
        tables.CommitAsync(_partition, [new TableWrite.Upsert(file.Key, Documents.Write(record))], cancellationToken);

    /// <summary>The file has been put away; one of the same name may come.</summary>
    public Task ForgetAsync(DropFile file, CancellationToken cancellationToken) =>
        tables.CommitAsync(_partition, [new TableWrite.Delete(file.Key)], cancellationToken);
}
