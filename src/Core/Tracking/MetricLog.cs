using System.Buffers;
using System.Text.Json;
using Mlops.Storage;

namespace Mlops.Tracking;

/// <summary>The points of a run in the order they came, one JSON array a line: key, value, timestamp, step.</summary>
internal sealed class MetricLog(IBlobStore blobs)
{
    private const int ReadBytes = 64 * 1024;

    public static byte[] Format(IReadOnlyList<Metric> metrics)
    {
        var lines = new ArrayBufferWriter<byte>(64 * (1 + metrics.Count));
        using var writer = new Utf8JsonWriter(lines);
        foreach (var metric in metrics)
        {
            writer.WriteStartArray();
            writer.WriteStringValue(metric.Key);
            if (double.IsFinite(metric.Value))
            {
                writer.WriteNumberValue(metric.Value);
            }
            else
            {
                writer.WriteStringValue(double.IsNaN(metric.Value) ? "NaN" : metric.Value > 0 ? "Infinity" : "-Infinity");
            }

            writer.WriteNumberValue(metric.Timestamp);
            writer.WriteNumberValue(metric.Step);
            writer.WriteEndArray();
            writer.Flush();
            lines.Write("\n"u8);
            writer.Reset();
        }

        return lines.WrittenSpan.ToArray();
    }

    public Task<AppendOutcome> AppendAsync(TenantId tenant, RunId id, LogEnd end, byte[] lines, CancellationToken cancellationToken) =>
        blobs.AppendAsync(TrackingKeys.MetricLog(tenant, id, end.Segment), lines, end.End, cancellationToken);

    /// <summary>The points that lie between two offsets of a segment, both at the start of a line.</summary>
    public async Task<List<Metric>> ReadTailAsync(TenantId tenant, RunId id, LogEnd from, long to, CancellationToken cancellationToken)
    {
        var metrics = new List<Metric>();
        await ReadLinesAsync(
            TrackingKeys.MetricLog(tenant, id, from.Segment), from.End, to - from.End, line => metrics.Add(Parse(line)), cancellationToken);
        return metrics;
    }

    /// <summary>Calls <paramref name="visit"/> with each point of one metric, in the order they came.</summary>
    public async Task ReadAsync(
        TenantId tenant, RunId id, string key, int lastSegment, Action<Metric> visit, CancellationToken cancellationToken)
    {
        // Its lines alone start so: most lines of other metrics are told apart without parsing them.
        var start = new byte[] { (byte)'[' }.Concat(JsonSerializer.SerializeToUtf8Bytes(key)).Append((byte)',').ToArray();
        for (var segment = 0; segment <= lastSegment; segment++)
        {
            await ReadLinesAsync(
                TrackingKeys.MetricLog(tenant, id, segment),
                0,
                null,
                line =>
                {
                    if (line.StartsWith(start))
                    {
                        visit(Parse(line));
                    }
                },
                cancellationToken);
        }
    }

    private async Task ReadLinesAsync(
        string path, long offset, long? length, Action<ReadOnlySpan<byte>> visit, CancellationToken cancellationToken)
    {
        await using var stream = await blobs.OpenReadAsync(path, offset, length, cancellationToken);
        if (stream is null)
        {
            return;
        }

        var buffer = new byte[ReadBytes];
        for (int kept = 0, read; (read = await stream.ReadAsync(buffer.AsMemory(kept), cancellationToken)) > 0;)
        {
            kept = VisitLines(buffer.AsSpan(0, kept + read), visit);
        }
    }

    /// <summary>Visits the whole lines and moves what is left of the last to the front.</summary>
    /// <returns>How much that is. A line has at most 250 characters of key and three numbers: it always fits.</returns>
    private static int VisitLines(Span<byte> bytes, Action<ReadOnlySpan<byte>> visit)
    {
        var rest = bytes;
        for (int end; (end = rest.IndexOf((byte)'\n')) >= 0; rest = rest[(end + 1)..])
        {
            visit(rest[..end]);
        }

        rest.CopyTo(bytes);
        return rest.Length;
    }

    private static Metric Parse(ReadOnlySpan<byte> line)
    {
        var reader = new Utf8JsonReader(line);
        reader.Read();
        reader.Read();
        var key = reader.GetString() ?? throw new InvalidDataException("A line of a metric log has no key.");
        reader.Read();
        var value = reader.TokenType is JsonTokenType.Number ? reader.GetDouble() : Named(reader.GetString());
        reader.Read();
        var timestamp = reader.GetInt64();
        reader.Read();
        return new(key, value, timestamp, reader.GetInt64());
    }

    private static double Named(string? name) => name switch
    {
        "NaN" => double.NaN,
        "Infinity" => double.PositiveInfinity,
        "-Infinity" => double.NegativeInfinity,
        _ => throw new InvalidDataException($"'{name}' is not a value of a metric."),
    };
}
