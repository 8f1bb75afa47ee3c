using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;
using Mlops.Registry;

namespace Mlops.Serving;

/// <summary>Writes the JSON of an answer.</summary>
internal ref struct V2Json
{
    /// <summary>So many numbers are written at once.</summary>
    private const int Chunk = 64;

    private static readonly JsonEncodedText ModelName = JsonEncodedText.Encode("model_name");
    private static readonly JsonEncodedText ModelVersion = JsonEncodedText.Encode("model_version");
    private static readonly JsonEncodedText Id = JsonEncodedText.Encode("id");
    private static readonly JsonEncodedText Outputs = JsonEncodedText.Encode("outputs");
    private static readonly JsonEncodedText Name = JsonEncodedText.Encode("name");
    private static readonly JsonEncodedText Datatype = JsonEncodedText.Encode("datatype");
    private static readonly JsonEncodedText Shape = JsonEncodedText.Encode("shape");
    private static readonly JsonEncodedText Parameters = JsonEncodedText.Encode("parameters");
    private static readonly JsonEncodedText BinaryDataSize = JsonEncodedText.Encode("binary_data_size");
    private static readonly JsonEncodedText DataName = JsonEncodedText.Encode("data");
    private static readonly JsonWriterOptions Unchecked = new() { SkipValidation = true };

    [ThreadStatic]
    private static Utf8JsonWriter? s_writer;

    private readonly IBufferWriter<byte> _output;
    private readonly Utf8JsonWriter _json;

    /// <summary>How many bytes went past the writer.</summary>
    private int _beside;

    private V2Json(IBufferWriter<byte> output, Utf8JsonWriter json) => (_output, _json) = (output, json);

    public static V2Json Begin(IBufferWriter<byte> output, V2Model model, string? id, in AnswerFacts facts)
    {
        var json = s_writer ??= new Utf8JsonWriter(output, Unchecked);
        json.Reset(output);
        json.WriteStartObject();
        json.WriteString(ModelName, facts.Endpoint.Value);
        json.WriteString(ModelVersion, model.Number);
        if (id is not null)
        {
            json.WriteString(Id, id);
        }

        json.WriteStartArray(Outputs);
        return new V2Json(output, json);
    }

    /// <returns>How many bytes it is.</returns>
    public int End()
    {
        _json.WriteEndArray();
        _json.WriteEndObject();
        _json.Flush();
        return (int)_json.BytesCommitted + _beside;
    }

    public void BeginOutput(JsonEncodedText name, TensorType type, scoped ReadOnlySpan<long> shape)
    {
        _json.WriteStartObject();
        _json.WriteString(Name, name);
        _json.WriteString(Datatype, V2Datatypes.Name(type));
        _json.WriteStartArray(Shape);
        foreach (var length in shape)
        {
            _json.WriteNumberValue(length);
        }

        _json.WriteEndArray();
    }

    public void EndOutput() => _json.WriteEndObject();

    public void BinarySize(long bytes)
    {
        _json.WriteStartObject(Parameters);
        _json.WriteNumber(BinaryDataSize, bytes);
        _json.WriteEndObject();
    }

    public void Data(ReadOnlySpan<float> numbers)
    {
        _json.WriteStartArray(DataName);
        // Past the writer, which takes as long for each number as it takes to find its decimals.
        _json.Flush();
        for (var at = 0; at < numbers.Length; at += Chunk)
        {
            var text = _output.GetSpan((Chunk * (ShortNumbers.MostBytes + 1)) + 1);
            text[0] = (byte)',';
            var length = at > 0 ? 1 : 0;
            length += ShortNumbers.Join(numbers[at..Math.Min(at + Chunk, numbers.Length)], text[length..]);
            _output.Advance(length);
            _beside += length;
        }

        _json.WriteEndArray();
    }

    /// <summary>The labels that probabilities decide for.</summary>
    public void Data(ReadOnlySpan<float> scores, V2Model model)
    {
        _json.WriteStartArray(DataName);
        var width = model.Signature.OutputWidth;
        for (var at = 0; at < scores.Length; at += width)
        {
            _json.WriteStringValue(model.EncodedLabels[model.Signature.Decide(scores.Slice(at, width))]);
        }

        _json.WriteEndArray();
    }

    public void Data(NamedTensor tensor)
    {
        switch (tensor.Type)
        {
            case TensorType.Float32:
                Data(MemoryMarshal.Cast<byte, float>(tensor.Data.Span));
                return;
            case TensorType.Float64:
                Each<double>(tensor, static (json, number) =>
                {
                    if (double.IsFinite(number))
                    {
                        json.WriteNumberValue(number);
                    }
                    else
                    {
                        json.WriteStringValue(ShortNumbers.NonFinite(number));
                    }
                });
                return;
            case TensorType.Bool:
                Each<byte>(tensor, static (json, truth) => json.WriteBooleanValue(truth is not 0));
                return;
            case TensorType.Int8:
                Each<sbyte>(tensor, static (json, number) => json.WriteNumberValue(number));
                return;
            case TensorType.Int16:
                Each<short>(tensor, static (json, number) => json.WriteNumberValue(number));
                return;
            case TensorType.Int32:
                Each<int>(tensor, static (json, number) => json.WriteNumberValue(number));
                return;
            case TensorType.Int64:
                Each<long>(tensor, static (json, number) => json.WriteNumberValue(number));
                return;
            case TensorType.UInt8:
                Each<byte>(tensor, static (json, number) => json.WriteNumberValue(number));
                return;
            case TensorType.UInt16:
                Each<ushort>(tensor, static (json, number) => json.WriteNumberValue(number));
                return;
            case TensorType.UInt32:
                Each<uint>(tensor, static (json, number) => json.WriteNumberValue(number));
                return;
            case TensorType.UInt64:
                Each<ulong>(tensor, static (json, number) => json.WriteNumberValue(number));
                return;
            case TensorType.String:
                _json.WriteStartArray(DataName);
                foreach (var text in tensor.Strings ?? [])
                {
                    _json.WriteStringValue(text);
                }

                _json.WriteEndArray();
                return;
            default:
                throw new ArgumentOutOfRangeException(nameof(tensor), tensor.Type, "There is no JSON for this type.");
        }
    }

    private void Each<T>(NamedTensor tensor, Action<Utf8JsonWriter, T> write)
        where T : struct
    {
        _json.WriteStartArray(DataName);
        foreach (var element in MemoryMarshal.Cast<byte, T>(tensor.Data.Span))
        {
            write(_json, element);
        }

        _json.WriteEndArray();
    }
}
