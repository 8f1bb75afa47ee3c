using System.Buffers;
using System.Text.Json;
using Mlops.Registry;

namespace Mlops.Serving;

/// <summary>What a model's scores say, as JSON: a label or a number, and probabilities. Immutable.</summary>
internal sealed class PredictedValues(ModelVersion version)
{
    private static readonly JsonWriterOptions Unchecked = new() { SkipValidation = true };

    [ThreadStatic]
    private static Utf8JsonWriter? s_writer;

    private readonly ModelSignature _signature = version.Signature;

    /// <summary>The class labels; none of a regressor.</summary>
    public JsonEncodedText[] Classes { get; } = [.. version.Signature.Classes.Select(label => JsonEncodedText.Encode(label))];

    /// <summary>How many scores a row has.</summary>
    public int Width => Math.Max(Classes.Length, 1);

    /// <summary>The values that a model keeps for all its answers.</summary>
    public static PredictedValues Of(ServedModel model) => model.StateOf(static version => new PredictedValues(version));

    /// <summary>This thread's writer, for one answer at a time.</summary>
    public static Utf8JsonWriter WriterOf(IBufferWriter<byte> output)
    {
        var json = s_writer ??= new Utf8JsonWriter(output, Unchecked);
        json.Reset(output);
        return json;
    }

    /// <summary>The class that a row's scores decide for.</summary>
    public int Decide(ReadOnlySpan<float> scores) => _signature.Decide(scores);

    /// <summary>The label, or the number of a regressor.</summary>
    public void WriteValue(Utf8JsonWriter json, ReadOnlySpan<float> scores)
    {
        if (Classes.Length is 0)
        {
            json.WriteShortNumber(scores[0]);
        }
        else
        {
            json.WriteStringValue(Classes[Decide(scores)]);
        }
    }
}
