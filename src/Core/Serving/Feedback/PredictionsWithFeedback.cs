using System.Runtime.CompilerServices;

namespace Mlops.Serving;

/// <summary>A logged request with what is known of its rows, or a gap in the log.</summary>
/// <param name="Entry">The request or the gap.</param>
/// <param name="Outcomes">What is known, by row; rows of which nothing is known are absent.</param>
public sealed record JoinedEntry(LogEntry Entry, IReadOnlyDictionary<int, KnownOutcome> Outcomes);

/// <summary>Joins the prediction log with the feedback on it.</summary>
/// <remarks>Streams the log some hundred requests at a time, with one range scan of feedback for each.</remarks>
public sealed class PredictionsWithFeedback(PredictionLogReader log, FeedbackStore feedback)
{
    private const int AtOnce = 512;

    private static readonly Dictionary<int, KnownOutcome> Nothing = [];

    /// <summary>The hours of a range that have records, in order, each with a mark of the records and of the feedback on them.</summary>
    public async Task<IReadOnlyList<MarkedHour>> HoursAsync(
        TenantId tenant, EndpointName endpoint, LogRange range, CancellationToken cancellationToken)
    {
        var hours = await log.HoursAsync(tenant, endpoint, range, cancellationToken);
        if (hours.Count is 0)
        {
            return [];
        }

        var (first, last) = (LaneKey.HourOf(hours[0].Start), LaneKey.HourOf(hours[^1].Start));
        var marks = await feedback.MarksAsync(tenant, endpoint, first, last, cancellationToken);
        return [.. hours.Select(hour => hour with { Mark = $"{hour.Mark} {marks.GetValueOrDefault(LaneKey.HourOf(hour.Start))}" })];
    }

    /// <summary>As <see cref="PredictionLogReader.ReadAsync"/>, each request with what is known of it by now.</summary>
    public async IAsyncEnumerable<JoinedEntry> ReadAsync(
        TenantId tenant, EndpointName endpoint, LogRange range, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var waiting = new List<LogEntry>(AtOnce);
        var stretch = default((long Hour, string Instance)?);
        await foreach (var entry in log.ReadAsync(tenant, endpoint, range, cancellationToken))
        {
            var place = entry is LogEntry.Record record ? PlaceOf(record) : stretch;
            if (waiting.Count >= AtOnce || (place != stretch && waiting.Count > 0))
            {
                foreach (var joined in await JoinAsync(tenant, endpoint, waiting, cancellationToken))
                {
                    yield return joined;
                }

                waiting.Clear();
            }

            stretch = place;
            waiting.Add(entry);
        }

        foreach (var joined in await JoinAsync(tenant, endpoint, waiting, cancellationToken))
        {
            yield return joined;
        }
    }

    /// <returns>Null for an id that is none of <see cref="PredictionIds"/>.</returns>
    private static (long Hour, string Instance)? PlaceOf(LogEntry.Record record) =>
        PredictionIds.TryRead(record.Head.Id, out var at, out var instance) ? (LaneKey.HourOf(at), instance) : null;

    /// <param name="entries">All of one process and hour, but for gaps and ids that lead nowhere.</param>
    private async Task<IEnumerable<JoinedEntry>> JoinAsync(
        TenantId tenant, EndpointName endpoint, List<LogEntry> entries, CancellationToken cancellationToken)
    {
        var records = entries.OfType<LogEntry.Record>().Where(record => PlaceOf(record) is not null).ToList();
        var known = new Dictionary<string, Dictionary<int, KnownOutcome>>(StringComparer.Ordinal);
        if (records.Count > 0 && PlaceOf(records[0]) is var (hour, _))
        {
            var keys = records.ConvertAll(record => FeedbackRows.Key(record.Head.Id));
            keys.Sort(StringComparer.Ordinal);
            var found = await feedback.FindAsync(tenant, endpoint, hour, keys[0], keys[^1], cancellationToken);
            foreach (var ((key, row), outcome) in found)
            {
                if (!known.TryGetValue(key, out var rows))
                {
                    known.Add(key, rows = []);
                }

                rows.Add(row, outcome);
            }
        }

        return entries.ConvertAll(entry => new JoinedEntry(
            entry,
            entry is LogEntry.Record record && PlaceOf(record) is not null
                ? known.GetValueOrDefault(FeedbackRows.Key(record.Head.Id)) ?? Nothing
                : Nothing));
    }
}
