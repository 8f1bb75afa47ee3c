using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;
using Mlops.Registry;

namespace Mlops.Serving;

/// <summary>Writes the rows of a record in a compact form, from which its line is restored when it is read.</summary>
/// <remarks>
/// By name and in decimals a row costs several microseconds to write and compress, more than a model takes to score it. So where there
/// are many, see <see cref="Least"/>, a record has, in the place of <c>inputs</c> and <c>outputs</c>, <c>"packed": {"rows", "numbers",
/// "strings", "scores"}</c>, numbers and scores being their bits, row by row and little-endian, in Base64. What they mean says the line
/// <c>{"layout": {"model", "version", "signature"}}</c>, which comes before the first of them in a batch. Values of sensitive features
/// are left out.
/// </remarks>
internal static class PackedRows
{
    /// <summary>
    /// Batches of so many records are packed, and records of so many rows: fewer stay readable to whoever unzips a blob, and are not worth
    /// a layout.
    /// </summary>
    public const int Least = 8;

    private static readonly JsonEncodedText PackedName = JsonEncodedText.Encode("packed");
    private static readonly JsonEncodedText RowsName = JsonEncodedText.Encode("rows");
    private static readonly JsonEncodedText NumbersName = JsonEncodedText.Encode("numbers");
    private static readonly JsonEncodedText StringsName = JsonEncodedText.Encode("strings");
    private static readonly JsonEncodedText ScoresName = JsonEncodedText.Encode("scores");

    public static void Write(Utf8JsonWriter json, RecordLayout layout, in AnsweredPrediction prediction)
    {
        var inputs = prediction.Inputs;
        json.WriteStartObject(PackedName);
        json.WriteNumber(RowsName, inputs.Rows);
        if (layout.HasSensitiveNumbers)
        {
            var copy = ArrayPool<float>.Shared.Rent(inputs.Numbers.Length);
            var numbers = copy.AsSpan(0, inputs.Numbers.Length);
            inputs.Numbers.Span.CopyTo(numbers);
            layout.Redact(numbers);
            json.WriteBase64String(NumbersName, MemoryMarshal.AsBytes(numbers));
            ArrayPool<float>.Shared.Return(copy);
        }
        else
        {
            json.WriteBase64String(NumbersName, MemoryMarshal.AsBytes(inputs.Numbers.Span));
        }

        json.WriteStartArray(StringsName);
        for (var i = 0; i < inputs.Strings.Length; i++)
        {
            json.WriteStringValue(layout.IsSensitiveString(i) ? "" : inputs.Strings.Span[i]);
        }

        json.WriteEndArray();
        json.WriteBase64String(ScoresName, MemoryMarshal.AsBytes(prediction.Scores.Span));
        json.WriteEndObject();
    }

    /// <summary>The line of a record as it would be if nothing of it were packed.</summary>
    /// <param name="line">A record's line, packed or not.</param>
    /// <param name="layouts">Those of its blob so far.</param>
    /// <exception cref="InvalidDataException">There is no layout for it.</exception>
    public static ReadOnlyMemory<byte> Unpack(ReadOnlyMemory<byte> line, PackedLayouts layouts)
    {
        var json = new Utf8JsonReader(line.Span);
        var (model, version) = ("", 0);
        json.Read();
        while (json.Read() && json.TokenType is JsonTokenType.PropertyName)
        {
            if (json.ValueTextEquals("model"u8))
            {
                json.Read();
                model = json.GetString() ?? "";
            }
            else if (json.ValueTextEquals("version"u8))
            {
                json.Read();
                version = json.GetInt32();
            }
            else if (json.ValueTextEquals(PackedName.EncodedUtf8Bytes))
            {
                var head = line[..(int)json.TokenStartIndex];
                return layouts.Find(model, version) is { } layout
                    ? Restore(head, ref json, layout)
                    : throw new InvalidDataException($"The log does not say what the rows of version {version} of '{model}' mean.");
            }
            else if (json.ValueTextEquals("inputs"u8))
            {
                break;
            }
            else
            {
                json.Skip();
            }
        }

        return line;
    }

    /// <param name="head">What comes before the packed rows.</param>
    /// <param name="json">Stands at their name.</param>
    private static ReadOnlyMemory<byte> Restore(ReadOnlyMemory<byte> head, ref Utf8JsonReader json, RecordLayout layout)
    {
        var (rows, numbers, strings, scores) = (0, Array.Empty<float>(), new List<string>(), Array.Empty<float>());
        json.Read();
        while (json.Read() && json.TokenType is JsonTokenType.PropertyName)
        {
            if (json.ValueTextEquals(RowsName.EncodedUtf8Bytes))
            {
                json.Read();
                rows = json.GetInt32();
            }
            else if (json.ValueTextEquals(NumbersName.EncodedUtf8Bytes))
            {
                numbers = Numbers(ref json);
            }
            else if (json.ValueTextEquals(ScoresName.EncodedUtf8Bytes))
            {
                scores = Numbers(ref json);
            }
            else if (json.ValueTextEquals(StringsName.EncodedUtf8Bytes))
            {
                json.Read();
                while (json.Read() && json.TokenType is JsonTokenType.String)
                {
                    strings.Add(json.GetString() ?? "");
                }
            }
            else
            {
                json.Skip();
            }
        }

        var line = new ArrayBufferWriter<byte>(head.Length + (rows * 64));
        line.Write(head.Span);
        using (var rest = new Utf8JsonWriter(line, new JsonWriterOptions { SkipValidation = true }))
        {
            rest.WritePropertyName(BatchEncoder.InputsName);
            layout.WriteInputs(rest, new FeatureBatch(rows, numbers, strings.ToArray()));
            rest.WritePropertyName(BatchEncoder.OutputsName);
            layout.WriteOutputs(rest, scores);
            rest.WriteEndObject();
        }

        return line.WrittenMemory;
    }

    private static float[] Numbers(ref Utf8JsonReader json)
    {
        json.Read();
        return MemoryMarshal.Cast<byte, float>(json.GetBytesFromBase64()).ToArray();
    }
}

/// <summary>What the packed rows of a blob mean, as far as it was read.</summary>
internal sealed class PackedLayouts
{
    private readonly Dictionary<(string Model, int Version), RecordLayout> _known = [];

    public RecordLayout? Find(string model, int version) => _known.GetValueOrDefault((model, version));

    /// <remarks>A version's signature never changes, so that the first is as good as those of later batches.</remarks>
    public void Add(PackedLayout layout) =>
        _known.TryAdd((layout.Model.Value, layout.Version), new RecordLayout(layout.Model, layout.Signature));
}

/// <summary>What the packed rows of a model version mean.</summary>
internal sealed record PackedLayout(ModelName Model, int Version, ModelSignature Signature);
