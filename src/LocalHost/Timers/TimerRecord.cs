using Mlops.Storage;

namespace Mlops.LocalHost.Timers;

/// <summary>What is remembered of a timer between starts of the host.</summary>
/// <param name="Schedule">The schedule that <paramref name="Next"/> was computed from.</param>
/// <param name="Next">When it is to run next.</param>
/// <param name="Last">When it last ran; absent until it has.</param>
internal sealed record TimerRecord(string Schedule, DateTimeOffset Next, DateTimeOffset LastUpdated, DateTimeOffset? Last = null);

/// <summary>Keeps one row per timer. Timers are the host's own and belong to no tenant.</summary>
internal sealed class TimerRecords(ITableStore tables)
{
    private const string Partition = "host:timers";

    public async Task<TimerRecord?> FindAsync(string function, CancellationToken cancellationToken) =>
        (await tables.FindAsync(new TableKey(Partition, function), cancellationToken))?.Read<TimerRecord>();

    public Task WriteAsync(string function, TimerRecord record, CancellationToken cancellationToken) =>
        tables.CommitAsync(Partition, [new TableWrite.Upsert(function, Documents.Write(record))], cancellationToken);
}
