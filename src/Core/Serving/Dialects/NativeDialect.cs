using System.Buffers;
using System.Diagnostics;

namespace Mlops.Serving;

/// <summary>The platform's own way: features by name, one record or many. See <see cref="PredictionRequestReader"/>.</summary>
public sealed class NativeDialect : IDialect, IDialectAnswer
{
    public static readonly NativeDialect Instance = new();

    private NativeDialect()
    {
    }

    public string Name => "native";

    public DialectReading Read(ServedModel model, in DialectRequest request)
    {
        if (model.TensorScorer is not null)
        {
            return RowDialects.TakesTensors;
        }

        return RowDialects.Reading(PredictionRequestReader.Of(model).Read(request.Body.Span), this);
    }

    public DialectAnswerForm Write(IBufferWriter<byte> output, ServedModel model, ReadOnlySpan<float> scores, in AnswerFacts facts)
    {
        model.StateOf(static version => new PredictionResponseWriter(version)).Write(output, scores);
        return DialectAnswerForm.Json;
    }

    public DialectAnswerForm Write(IBufferWriter<byte> output, ServedModel model, IReadOnlyList<NamedTensor> outputs, in AnswerFacts facts) =>
        throw new UnreachableException();
}
