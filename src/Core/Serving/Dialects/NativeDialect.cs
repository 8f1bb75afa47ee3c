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
            return new DialectReading.Refused(
                [new PredictionError("body", "the model takes tensors, not records; ask it at /v2/models/{endpoint}/infer")]);
        }

        return model.StateOf(static version => new PredictionRequestReader(version.Signature)).Read(request.Body.Span) switch
        {
            PredictionReading.Accepted(var rows) => new DialectReading.Rows(rows, this),
            PredictionReading.Refused(var errors) => new DialectReading.Refused(errors),
            _ => throw new UnreachableException(),
        };
    }

    public DialectAnswerForm Write(IBufferWriter<byte> output, ServedModel model, ReadOnlySpan<float> scores, in AnswerFacts facts)
    {
        model.StateOf(static version => new PredictionResponseWriter(version)).Write(output, scores);
        return DialectAnswerForm.Json;
    }

    public DialectAnswerForm Write(IBufferWriter<byte> output, ServedModel model, IReadOnlyList<NamedTensor> outputs, in AnswerFacts facts) =>
        throw new UnreachableException();
}
