using System.Globalization;
using Mlops.Storage;

namespace Mlops.Serving;

/// <summary>What became known of predictions after they were made, joined to them by id when it is read.</summary>
/// <remarks>
/// Feedback may come days late, more than once, in any order and before its prediction is in the log. Recording is idempotent: what was
/// recorded once may be sent again as a whole. Safe for concurrent use by any number of threads and processes.
/// </remarks>
public sealed class FeedbackStore(ITableStore tables)
{
    private const int PartitionsAtOnce = 8;

    /// <summary>Records feedback; durable when it completes.</summary>
    /// <param name="feedback">Every prediction id is one of <see cref="PredictionIds"/>.</param>
    public async Task RecordAsync(
        TenantId tenant, EndpointName endpoint, IReadOnlyList<Feedback> feedback, CancellationToken cancellationToken)
    {
        var chunks = feedback
            .GroupBy(one => FeedbackRows.Partition(tenant, endpoint, HourOf(one)))
            .SelectMany(hour => hour
                .GroupBy(one => FeedbackRows.Row(one.PredictionId, one.Row), StringComparer.Ordinal)
                .Chunk(TableLimits.MaxWritesPerCommit)
                .Select(rows => (Partition: hour.Key, Rows: rows.ToDictionary(row => row.Key, row => row.ToList()))));
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = PartitionsAtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(
            chunks, parallel, async (chunk, token) => await RecordAsync(chunk.Partition, chunk.Rows, token));

        // After what they mark: whoever sees a mark sees the feedback. A call that dies in between was not acknowledged and is repeated.
        foreach (var hours in feedback.Select(HourOf).Distinct().Chunk(TableLimits.MaxWritesPerCommit))
        {
            await tables.CommitAsync(
                FeedbackRows.Marks(tenant, endpoint),
                [.. hours.Select(hour => new TableWrite.Upsert(FeedbackRows.Mark(hour), "{}"u8.ToArray()))],
                cancellationToken);
        }
    }

    /// <summary>What marks the hours of a range whose predictions have feedback; another mark after every feedback.</summary>
    internal async Task<Dictionary<long, string>> MarksAsync(
        TenantId tenant, EndpointName endpoint, long first, long last, CancellationToken cancellationToken)
    {
        var marks = new Dictionary<long, string>();
        var scan = new TableScan(FeedbackRows.Marks(tenant, endpoint), FeedbackRows.Mark(first), FeedbackRows.Mark(last) + ";");
        do
        {
            var page = await tables.ScanAsync(scan, cancellationToken);
            foreach (var row in page.Rows)
            {
                var start = DateTimeOffset.ParseExact(
                    row.Key.Row, "yyyyMMddHH", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
                marks.Add(LaneKey.HourOf(start), row.ETag);
            }

            scan = scan with { Continuation = page.Continuation };
        }
        while (scan.Continuation is not null);
        return marks;
    }

    /// <summary>What is known of the rows of some predictions of one hour and process, by <see cref="FeedbackRows.Key"/> and row.</summary>
    /// <param name="first">The least key.</param>
    /// <param name="last">The greatest key.</param>
    internal async Task<Dictionary<(string Key, int Row), KnownOutcome>> FindAsync(
        TenantId tenant, EndpointName endpoint, long hour, string first, string last, CancellationToken cancellationToken)
    {
        var found = new Dictionary<(string, int), KnownOutcome>();
        var scan = new TableScan(FeedbackRows.Partition(tenant, endpoint, hour), first, FeedbackRows.After(last));
        do
        {
            var page = await tables.ScanAsync(scan, cancellationToken);
            foreach (var row in page.Rows)
            {
                found[FeedbackRows.Read(row.Key.Row)] = row.Read<KnownOutcome>();
            }

            scan = scan with { Continuation = page.Continuation };
        }
        while (scan.Continuation is not null);
        return found;
    }

    private async Task RecordAsync(string partition, Dictionary<string, List<Feedback>> rows, CancellationToken cancellationToken)
    {
        // Nearly all feedback is the first on its row: what is there is read only if something is.
        var known = new Dictionary<string, TableRow>(StringComparer.Ordinal);
        while (Writes(rows, known) is { Count: > 0 } writes
            && await tables.CommitAsync(partition, writes, cancellationToken) is CommitOutcome.Refused)
        {
            var found = await Task.WhenAll(rows.Keys.Select(row => tables.FindAsync(new TableKey(partition, row), cancellationToken)));
            known = found.OfType<TableRow>().ToDictionary(row => row.Key.Row, StringComparer.Ordinal);
        }
    }

    private static List<TableWrite> Writes(Dictionary<string, List<Feedback>> rows, Dictionary<string, TableRow> known)
    {
        var writes = new List<TableWrite>(rows.Count);
        foreach (var (row, feedback) in rows)
        {
            var before = known.GetValueOrDefault(row);
            var outcome = before?.Read<KnownOutcome>() ?? new KnownOutcome();
            var after = feedback.Aggregate(outcome, (told, one) => told.With(one));
            if (before is null)
            {
                writes.Add(new TableWrite.Insert(row, Documents.Write(after)));
            }
            else if (after != outcome)
            {
                writes.Add(new TableWrite.Replace(row, Documents.Write(after), before.ETag));
            }
        }

        return writes;
    }

    private static long HourOf(Feedback feedback) => PredictionIds.TryRead(feedback.PredictionId, out var at, out _)
        ? LaneKey.HourOf(at)
        : throw new ArgumentException($"'{feedback.PredictionId}' is not the id of a prediction.", nameof(feedback));
}
