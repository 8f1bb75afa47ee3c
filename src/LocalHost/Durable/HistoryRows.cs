using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Mlops.Storage;

namespace Mlops.LocalHost.Durable;

/// <summary>Packs events into as few rows as they fit in: a turn that schedules 10,000 activities is a handful of rows.</summary>
internal static class HistoryRows
{
    /// <summary>A row is closed before it would grow past this; one event can be larger than the rest of its row.</summary>
    private const int RowBytes = 256 * 1024;

    /// <summary>As <see cref="Documents"/> has it, but payloads, which are text full of quotes, are not blown up by escapes.</summary>
    public static JsonSerializerOptions Options { get; } = Create();

    public static List<byte[]> Pack(IReadOnlyList<HistoryEvent> events)
    {
        var rows = new List<byte[]>();
        var buffer = new ArrayBufferWriter<byte>(1024);
        using var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        for (var next = 0; next < events.Count;)
        {
            writer.WriteStartArray();
            do
            {
                JsonSerializer.Serialize(writer, events[next++], Options);
            }
            while (next < events.Count && buffer.WrittenCount + writer.BytesPending < RowBytes);

            writer.WriteEndArray();
            writer.Flush();
            rows.Add(buffer.WrittenSpan.ToArray());
            buffer.ResetWrittenCount();
            writer.Reset();
        }

        return rows;
    }

    public static IReadOnlyList<HistoryEvent> Unpack(TableRow row) =>
        JsonSerializer.Deserialize<List<HistoryEvent>>(row.Document.Span, Options)
            ?? throw new InvalidDataException($"History row '{row.Key.Row}' is null.");

    public static byte[] Write<T>(T value) => JsonSerializer.SerializeToUtf8Bytes(value, Options);

    public static T Read<T>(TableRow row) => JsonSerializer.Deserialize<T>(row.Document.Span, Options)
        ?? throw new InvalidDataException($"Row '{row.Key.Row}' is null.");

    private static JsonSerializerOptions Create()
    {
        var options = new JsonSerializerOptions(Documents.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }
}
