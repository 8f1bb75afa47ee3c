using System.Buffers;
using System.Diagnostics;
using System.Text.Json;

namespace Mlops.Serving;

/// <summary>One row in, one prediction with its confidence out; a model of one text is asked with the text alone.</summary>
public sealed class SimpleDialect : IDialect
{
    public static readonly SimpleDialect Instance = new();

    private SimpleDialect()
    {
    }

    public string Name => "simple";

    public DialectReading Read(ServedModel model, in DialectRequest request)
    {
        if (model.TensorScorer is not null)
        {
            return RowDialects.TakesTensors;
        }

        var reading = PredictionRequestReader.Of(model).Read(request.Body.Span, RequestForm.Simple);
        return RowDialects.Reading(reading, reading is PredictionReading.Accepted { Text: { } text } ? new Answer(text) : Answer.Untold);
    }

    /// <param name="text">What was asked about, which the answer repeats; absent where features were sent.</param>
    private sealed class Answer(string? text) : IDialectAnswer
    {
        public static readonly Answer Untold = new(null);

        private static readonly JsonEncodedText TextName = JsonEncodedText.Encode("text");
        private static readonly JsonEncodedText PredictionName = JsonEncodedText.Encode("prediction");
        private static readonly JsonEncodedText ConfidenceName = JsonEncodedText.Encode("confidence");
        private static readonly JsonEncodedText TenantName = JsonEncodedText.Encode("tenant");

        public DialectAnswerForm Write(IBufferWriter<byte> output, ServedModel model, ReadOnlySpan<float> scores, in AnswerFacts facts)
        {
            var values = PredictedValues.Of(model);
            var json = PredictedValues.WriterOf(output);
            json.WriteStartObject();
            if (text is not null)
            {
                json.WriteString(TextName, text);
            }

            json.WritePropertyName(PredictionName);
            values.WriteValue(json, scores);
            if (values.Classes.Length > 0)
            {
                json.WritePropertyName(ConfidenceName);
                json.WriteShortNumber(scores[values.Decide(scores)]);
            }

            json.WriteString(TenantName, facts.Tenant.Value);
            json.WriteEndObject();
            json.Flush();
            return DialectAnswerForm.Json;
        }

        public DialectAnswerForm Write(
            IBufferWriter<byte> output, ServedModel model, IReadOnlyList<NamedTensor> outputs, in AnswerFacts facts) =>
            throw new UnreachableException();
    }
}
