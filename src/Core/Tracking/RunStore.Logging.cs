using Mlops.Storage;

namespace Mlops.Tracking;

public sealed partial class RunStore
{
    private const int MaxHistoryPage = 25_000;

    /// <summary>Logs metrics, params and tags: all of them, or nothing if anything in the batch is refused.</summary>
    /// <remarks>
    /// <para>The points are appended to the run's log, then the row is updated with the latest values and the log's new length.
    /// A writer that finds the log longer than the row says has met another between these two steps, or one that died
    /// there; it takes the points it finds into the row for them. A batch sent again is not seen twice: points that
    /// are alike are one.</para>
    /// <para>Only if another writer logs a conflicting param in the very moment between the check and the update can a batch be refused
    /// whose metrics have been logged already.</para>
    /// </remarks>
    public async Task<LogOutcome> LogBatchAsync(TenantId tenant, string runId, RunBatch batch, CancellationToken cancellationToken)
    {
        if (TrackingRules.Check(batch) is { Count: > 0 } objections)
        {
            return new LogOutcome.Refused(objections);
        }

        var lines = MetricLog.Format(batch.Metrics);
        LogEnd? appendedAt = null;
        while (await FindRowAsync(tenant, runId, cancellationToken) is (var id, var row))
        {
            var before = row.Read<RunDocument>();
            var after = before.With(batch);
            if (Refuse(id, before, after, batch) is { } refused)
            {
                return refused;
            }

            if (lines.Length > 0 && appendedAt is null)
            {
                var outcome = await _log.AppendAsync(tenant, id, before.Log, lines, cancellationToken);
                if (outcome is AppendOutcome.WrongOffset(var length))
                {
                    if (await TakeInAsync(tenant, id, row, before, length, lines, cancellationToken) is { } mine)
                    {
                        appendedAt = mine;
                    }

                    continue;
                }

                appendedAt = before.Log;
            }

            if (appendedAt == before.Log)
            {
                after = after with { Log = before.Log.After(before.Log.End + lines.Length) };
            }

            if (ReferenceEquals(after, before))
            {
                return new LogOutcome.Logged(before.ToRun(id, row.ETag));
            }

            if (await TryReplaceAsync(row, after, cancellationToken) is { } etag)
            {
                return new LogOutcome.Logged(after.ToRun(id, etag));
            }
        }

        return new LogOutcome.UnknownRun();
    }

    /// <summary>A page of a metric's history.</summary>
    /// <param name="limit">1 to 25,000.</param>
    /// <returns>Null if there is no such run; a metric that was never logged has an empty history.</returns>
    /// <exception cref="InvalidContinuationException">The continuation is not one that this gave out.</exception>
    public async Task<MetricPage?> MetricHistoryAsync(
        TenantId tenant, string runId, string key, int limit, string? continuation, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, MaxHistoryPage);
        var history = new MetricHistory(limit, continuation is null ? null : MetricHistory.ParseContinuation(key, continuation));
        if (await FindRowAsync(tenant, runId, cancellationToken) is not (var id, var row))
        {
            return null;
        }

        await _log.ReadAsync(tenant, id, key, row.Read<RunDocument>().Log.Segment, history.Add, cancellationToken);
        return history.ToPage();
    }

    private static LogOutcome.Refused? Refuse(RunId id, RunDocument before, RunDocument after, RunBatch batch)
    {
        var objections = before.Check(id, batch);
        return objections.Count > 0 ? new(objections)
            : !ReferenceEquals(before, after) && after.Write().Length > TrackingRules.MaxRunBytes ? new([TrackingRules.TooLarge])
            : null;
    }

    /// <summary>Brings into the row what lies in the log behind the end that the row knows.</summary>
    /// <returns>Where the batch's own lines are, if they are what lies there: an earlier try of the same call left them.</returns>
    private async Task<LogEnd?> TakeInAsync(
        TenantId tenant, RunId id, TableRow row, RunDocument document, long length, byte[] lines, CancellationToken cancellationToken)
    {
        if (length <= document.Log.End)
        {
            throw new InvalidDataException($"The metric log of run {id} is {length} bytes long, shorter than its row says.");
        }

        var tail = await _log.ReadTailAsync(tenant, id, document.Log, length, cancellationToken);
        var taken = document.WithMetrics(tail) with { Log = document.Log.After(length) };
        return await TryReplaceAsync(row, taken, cancellationToken) is not null && MetricLog.Format(tail).AsSpan().SequenceEqual(lines)
            ? document.Log
            : null;
    }
}
