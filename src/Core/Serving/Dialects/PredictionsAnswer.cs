using System.Buffers;
using System.Diagnostics;
using System.Text.Json;

namespace Mlops.Serving;

/// <summary>Writes <c>{"predictions": […]}</c>: labels or numbers, or lists of probabilities in the order of the classes.</summary>
internal sealed class PredictionsAnswer : IDialectAnswer
{
    public static readonly PredictionsAnswer Labels = new(false);
    public static readonly PredictionsAnswer Probabilities = new(true);

    private static readonly JsonEncodedText PredictionsName = JsonEncodedText.Encode("predictions");

    private readonly bool _probabilities;

    private PredictionsAnswer(bool probabilities) => _probabilities = probabilities;

    public DialectAnswerForm Write(IBufferWriter<byte> output, ServedModel model, ReadOnlySpan<float> scores, in AnswerFacts facts)
    {
        var values = PredictedValues.Of(model);
        var json = PredictedValues.WriterOf(output);
        json.WriteStartObject();
        json.WriteStartArray(PredictionsName);
        for (var at = 0; at < scores.Length; at += values.Width)
        {
            var row = scores.Slice(at, values.Width);
            if (!_probabilities)
            {
                values.WriteValue(json, row);
                continue;
            }

            json.WriteStartArray();
            foreach (var probability in row)
            {
                json.WriteShortNumber(probability);
            }

            json.WriteEndArray();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        return DialectAnswerForm.Json;
    }

    public DialectAnswerForm Write(IBufferWriter<byte> output, ServedModel model, IReadOnlyList<NamedTensor> outputs, in AnswerFacts facts) =>
        throw new UnreachableException();
}
