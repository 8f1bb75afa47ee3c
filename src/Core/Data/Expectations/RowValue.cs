using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Mlops.Data;

/// <summary>A value of a file as JSON: a number where the text is one that JSON can say as it stands, null where it is missing.</summary>
internal static class RowValue
{
    /// <summary>Longer texts are cut; a result is for reading.</summary>
    private const int MaxBytes = 512;

    /// <summary>The value of one column, or the values of several as a list.</summary>
    public static JsonElement Of(in RowView row, int[] columns)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            if (columns.Length is not 1)
            {
                json.WriteStartArray();
            }

            foreach (var column in columns)
            {
                Write(json, row.Text(column));
            }

            if (columns.Length is not 1)
            {
                json.WriteEndArray();
            }
        }

        return Parsed(buffer);
    }

    public static JsonElement OfText(string text)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            Write(json, Encoding.UTF8.GetBytes(text));
        }

        return Parsed(buffer);
    }

    private static void Write(Utf8JsonWriter json, ReadOnlySpan<byte> text)
    {
        if (CsvValue.IsMissing(text))
        {
            json.WriteNullValue();
        }
        else if (IsNumber(text))
        {
            json.WriteRawValue(text);
        }
        else if (text.Length <= MaxBytes)
        {
            json.WriteStringValue(text);
        }
        else
        {
            var end = MaxBytes;
            while ((text[end] & 0xC0) is 0x80)
            {
                end--;
            }

            json.WriteStringValue(Encoding.UTF8.GetString(text[..end]) + "…");
        }
    }

    private static bool IsNumber(ReadOnlySpan<byte> text)
    {
        if (text.Length > 30 || CsvValue.ReadNumber(text, out _) is not (NumberForm.Integer or NumberForm.Decimal))
        {
            return false;
        }

        var digits = text[0] is (byte)'-' ? text[1..] : text;
        var point = digits.IndexOf((byte)'.');
        return digits[0] is >= (byte)'0' and <= (byte)'9'
            && char.IsAsciiDigit((char)text[^1])
            && !(digits.Length > 1 && digits[0] is (byte)'0' && char.IsAsciiDigit((char)digits[1]))
            && (point < 0 || char.IsAsciiDigit((char)digits[point + 1]));
    }

    private static JsonElement Parsed(ArrayBufferWriter<byte> buffer)
    {
        using var document = JsonDocument.Parse(buffer.WrittenMemory);
        return document.RootElement.Clone();
    }
}
