using System.Buffers;
using System.Text.Json;
using Mlops.Data;

namespace Mlops.Registry;

/// <summary>Rows of features in the form MLflow keeps an input example: <c>{"columns": […], "data": [[…], …]}</c>.</summary>
internal static class InputExampleFile
{
    public static ReadOnlyMemory<byte> Write(DataFrame rows)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartArray("columns");
            foreach (var column in rows.Columns)
            {
                json.WriteStringValue(column.Name);
            }

            json.WriteEndArray();
            json.WriteStartArray("data");
            for (var row = 0; row < rows.RowCount; row++)
            {
                json.WriteStartArray();
                foreach (var column in rows.Columns)
                {
                    WriteValue(json, column, row);
                }

                json.WriteEndArray();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }

    private static void WriteValue(Utf8JsonWriter json, Column column, int row)
    {
        switch (column)
        {
            case NumericColumn numbers when double.IsFinite(numbers.Values[row]):
                WriteNumber(json, column.Schema.Type, numbers.Values[row]);
                break;
            case StringColumn strings when strings[row] is { } text:
                json.WriteStringValue(text);
                break;
            default:
                json.WriteNullValue();
                break;
        }
    }

    private static void WriteNumber(Utf8JsonWriter json, ColumnType type, double value)
    {
        switch (type)
        {
            case ColumnType.Boolean:
                json.WriteBooleanValue(value is not 0);
                break;
            case ColumnType.Timestamp:
                json.WriteStringValue(DateTimeOffset.UnixEpoch.AddSeconds(value).UtcDateTime);
                break;
            default:
                json.WriteNumberValue(value);
                break;
        }
    }
}
