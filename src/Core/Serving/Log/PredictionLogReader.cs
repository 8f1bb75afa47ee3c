using System.Globalization;
using System.IO.Hashing;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Mlops.Storage;

namespace Mlops.Serving;

/// <summary>A stretch of time.</summary>
/// <param name="From">Inclusive.</param>
/// <param name="To">Exclusive.</param>
public readonly record struct LogRange(DateTimeOffset From, DateTimeOffset To);

/// <summary>An hour of which something is there.</summary>
/// <param name="Start">When it begins.</param>
/// <param name="Mark">Another one whenever something was added: what was made of the hour holds as long as its mark does.</param>
public sealed record MarkedHour(DateTimeOffset Start, string Mark)
{
    /// <summary>The hour itself.</summary>
    public LogRange Range => new(Start, Start + TimeSpan.FromHours(1));
}

/// <summary>Reads the prediction log.</summary>
/// <remarks>Holds a line and a read buffer, however long the range is. Safe for concurrent use, also while the log is being written.</remarks>
public sealed class PredictionLogReader(IBlobStore blobs, TimeProvider time)
{
    private const int PageSize = 1_000;

    /// <summary>After this long past its hour a stream without a closing mark has lost its writer.</summary>
    private static readonly TimeSpan ClosedBy = LogWriter.Grace + TimeSpan.FromMinutes(1);

    /// <summary>Whether anything was ever logged of an endpoint, be it gone by now.</summary>
    public async Task<bool> HasAnyAsync(TenantId tenant, EndpointName endpoint, CancellationToken cancellationToken)
    {
        string? continuation = null;
        do
        {
            var page = await blobs.ListAsync(LogPath.OfEndpoint(tenant, endpoint), 1, continuation, cancellationToken);
            if (page.Blobs.Count > 0)
            {
                return true;
            }

            continuation = page.Continuation;
        }
        while (continuation is not null);
        return false;
    }

    /// <summary>The hours of a range that have records, in order. Lists blobs and opens none.</summary>
    public async Task<IReadOnlyList<MarkedHour>> HoursAsync(
        TenantId tenant, EndpointName endpoint, LogRange range, CancellationToken cancellationToken)
    {
        var marks = new SortedDictionary<long, XxHash64>();
        await foreach (var (hour, _, blob) in SegmentsAsync(tenant, endpoint, range, cancellationToken))
        {
            if (!marks.TryGetValue(hour, out var mark))
            {
                marks.Add(hour, mark = new XxHash64());
            }

            mark.Append(Encoding.UTF8.GetBytes($"{blob.Path}\n{blob.ETag}\n"));
        }

        return [.. marks.Select(hour => new MarkedHour(
            LaneKey.StartOf(hour.Key), hour.Value.GetCurrentHashAsUInt64().ToString("x16", CultureInfo.InvariantCulture)))];
    }

    /// <summary>The requests that were read within a range, hour by hour, and what is missing in those hours.</summary>
    /// <remarks>
    /// Within an hour the streams of the processes come one after the other, each in the order in which it answered. Whether a stream ended
    /// abruptly is told two minutes after its hour, when its writer would have closed it.
    /// </remarks>
    public async IAsyncEnumerable<LogEntry> ReadAsync(
        TenantId tenant, EndpointName endpoint, LogRange range, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        StreamProgress? progress = null;
        await foreach (var (hour, stream, segment) in SegmentsAsync(tenant, endpoint, range, cancellationToken))
        {
            if (progress is not null && progress.Stream != stream)
            {
                foreach (var gap in Finish(progress))
                {
                    yield return new LogEntry.Missing(gap);
                }

                progress = null;
            }

            progress ??= new StreamProgress(stream, hour);
            await using var blob = await blobs.OpenReadAsync(segment.Path, 0, null, cancellationToken);
            if (blob is null)
            {
                continue;
            }

            var layouts = new PackedLayouts();
            await foreach (var line in GzipLines.ReadAsync(blob, cancellationToken))
            {
                if (Read(line) is { } head)
                {
                    progress.Advance();
                    if (head.At >= range.From && head.At < range.To)
                    {
                        yield return new LogEntry.Record(head, line, layouts);
                    }

                    continue;
                }

                var mark = Documents.Read<MarkLine>(line);
                if (mark.Layout is { } layout)
                {
                    layouts.Add(layout);
                }

                foreach (var gap in Note(progress, mark))
                {
                    yield return new LogEntry.Missing(gap);
                }
            }
        }

        foreach (var gap in progress is null ? [] : Finish(progress))
        {
            yield return new LogEntry.Missing(gap);
        }
    }

    private static IEnumerable<LogGap> Note(StreamProgress progress, MarkLine mark) => mark switch
    {
        { Batch: { } batch } => progress.Begin(batch),
        { End: { } end } => progress.End(end),
        _ => [],
    };

    private IEnumerable<LogGap> Finish(StreamProgress progress) =>
        progress.Finish(time.GetUtcNow() >= LaneKey.StartOf(progress.Hour + 1) + ClosedBy);

    private async IAsyncEnumerable<(long Hour, string Stream, BlobInfo Blob)> SegmentsAsync(
        TenantId tenant, EndpointName endpoint, LogRange range, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (range.To <= range.From)
        {
            yield break;
        }

        var (first, last) = (LaneKey.HourOf(range.From), LaneKey.HourOf(range.To - TimeSpan.FromTicks(1)));
        for (var day = LaneKey.StartOf(first).UtcDateTime.Date; day <= LaneKey.StartOf(last).UtcDateTime.Date; day = day.AddDays(1))
        {
            string? continuation = null;
            do
            {
                var prefix = LogPath.OfDay(tenant, endpoint, new DateTimeOffset(day, TimeSpan.Zero));
                var page = await blobs.ListAsync(prefix, PageSize, continuation, cancellationToken);
                foreach (var blob in page.Blobs)
                {
                    if (LogPath.Read(blob.Path) is var (_, hour, stream) && hour >= first && hour <= last)
                    {
                        yield return (hour, stream, blob);
                    }
                }

                continuation = page.Continuation;
            }
            while (continuation is not null);

            if (day == DateTime.MaxValue.Date)
            {
                yield break;
            }
        }
    }

    /// <summary>Reads what a record's line has before its rows.</summary>
    /// <returns>Null if it is no record.</returns>
    private static LoggedHead? Read(ReadOnlyMemory<byte> line)
    {
        if (!line.Span.StartsWith("{\"n\":"u8))
        {
            return null;
        }

        var json = new Utf8JsonReader(line.Span);
        var (id, at, arm, propensity, revision, latency, unit) = ("", default(DateTimeOffset), "", 0.0, 0, 0.0, (string?)null);
        json.Read();
        while (json.Read() && json.TokenType is JsonTokenType.PropertyName && !IsOfRows(json))
        {
            var name = json;
            json.Read();
            if (name.ValueTextEquals("id"u8))
            {
                id = json.GetString() ?? "";
            }
            else if (name.ValueTextEquals("at"u8))
            {
                at = json.GetDateTimeOffset();
            }
            else if (name.ValueTextEquals("arm"u8))
            {
                arm = json.GetString() ?? "";
            }
            else if (name.ValueTextEquals("propensity"u8))
            {
                propensity = json.GetDouble();
            }
            else if (name.ValueTextEquals("revision"u8))
            {
                revision = json.GetInt32();
            }
            else if (name.ValueTextEquals("latencyMs"u8))
            {
                latency = json.GetDouble();
            }
            else if (name.ValueTextEquals("unit"u8))
            {
                unit = json.GetString();
            }
        }

        return new LoggedHead(id, at, arm, propensity, revision, latency, unit);
    }

    private static bool IsOfRows(in Utf8JsonReader json) =>
        json.ValueTextEquals("inputs"u8) || json.ValueTextEquals("packed"u8) || json.ValueTextEquals("tensors"u8);
}
