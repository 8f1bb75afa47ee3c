using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Mlops.LocalHost.Logging;

/// <summary>An entry as one line of JSON: timestamp, level, category, message, then trace, function, exception and values.</summary>
internal static class JsonLine
{
    private const string MessageTemplate = "{OriginalFormat}";

    // Logs are read by machines and in terminals, never as HTML.
    private static readonly JsonWriterOptions Options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    public static void Write(LogEntry entry, IBufferWriter<byte> line)
    {
        using (var json = new Utf8JsonWriter(line, Options))
        {
            json.WriteStartObject();
            json.WriteString("timestamp", entry.Timestamp);
            json.WriteString("level", entry.Level.ToString());
            json.WriteString("category", entry.Category);
            json.WriteString("message", entry.Message);
            WriteIfAny(json, "traceId", entry.TraceId);
            WriteIfAny(json, "function", entry.Function);
            WriteIfAny(json, "exception", entry.Exception?.ToString());
            WriteFields(json, entry);
            json.WriteEndObject();
        }

        line.Write("\n"u8);
    }

    private static void WriteIfAny(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }

    private static void WriteFields(Utf8JsonWriter json, LogEntry entry)
    {
        var fields = entry.Fields.Where(field => field.Key is not MessageTemplate).ToArray();
        if (fields.Length is 0)
        {
            return;
        }

        json.WriteStartObject("fields");
        foreach (var (name, value) in fields)
        {
            json.WritePropertyName(name);
            WriteValue(json, value);
        }

        json.WriteEndObject();
    }

    private static void WriteValue(Utf8JsonWriter json, object? value)
    {
        switch (value)
        {
            case null:
                json.WriteNullValue();
                break;
            case bool flag:
                json.WriteBooleanValue(flag);
                break;
            case int number:
                json.WriteNumberValue(number);
                break;
            case long number:
                json.WriteNumberValue(number);
                break;
            case double number when double.IsFinite(number):
                json.WriteNumberValue(number);
                break;
            default:
                json.WriteStringValue(Convert.ToString(value, CultureInfo.InvariantCulture));
                break;
        }
    }
}
