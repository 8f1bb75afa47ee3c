using System.Buffers;

namespace Mlops.Serving;

/// <summary>Scores with the way they are to be written. For one request and one thread at a time.</summary>
public sealed class PredictionAnswer : IDisposable
{
    private readonly IDialectAnswer _writer;
    private readonly IReadOnlyList<NamedTensor>? _tensors;
    private readonly AnswerFacts _facts;
    private readonly int _count;
    private float[] _scores = [];

    /// <param name="scores">In pooled memory, owned from here on.</param>
    /// <param name="count">How many of them there are.</param>
    internal PredictionAnswer(ServedModel model, IDialectAnswer writer, float[] scores, int count, in AnswerFacts facts) =>
        (Model, _writer, _scores, _count, _facts) = (model, writer, scores, count, facts);

    internal PredictionAnswer(ServedModel model, IDialectAnswer writer, IReadOnlyList<NamedTensor> tensors, in AnswerFacts facts) =>
        (Model, _writer, _tensors, _facts) = (model, writer, tensors, facts);

    /// <summary>What answered; for what it says of itself, since it may be out of service by now.</summary>
    public ServedModel Model { get; }

    public AnswerFacts Facts => _facts;

    public DialectAnswerForm Write(IBufferWriter<byte> output) => _tensors is null
        ? _writer.Write(output, Model, _scores.AsSpan(0, _count), _facts)
        : _writer.Write(output, Model, _tensors, _facts);

    public void Dispose()
    {
        if (_scores.Length > 0)
        {
            ArrayPool<float>.Shared.Return(_scores);
            _scores = [];
        }
    }
}
