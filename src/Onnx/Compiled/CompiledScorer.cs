using Mlops.Registry;
using Mlops.Serving;

namespace Mlops.Onnx;

/// <summary>Scores rows through a compiled model, without ONNX Runtime.</summary>
internal sealed class CompiledScorer(ModelSignature signature, GraphBinding binding, ICompiledModel model) : IModelScorer
{
    private readonly ScoreOrder _order = new(signature.OutputWidth, model.Width, binding.Columns);
    private bool _isDisposed;

    public ModelSignature Signature => signature;

    public void Score(in FeatureBatch batch, Span<float> output)
    {
        binding.Require(batch, output.Length, signature.OutputWidth);
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _isDisposed), this);
        if (_order.IsSame)
        {
            model.Score(batch.Numbers.Span, output);
            return;
        }

        Span<float> scores = stackalloc float[Math.Min(batch.Rows, PartRows) * model.Width];
        for (var row = 0; row < batch.Rows; row += PartRows)
        {
            var rows = Math.Min(PartRows, batch.Rows - row);
            model.Score(batch.Numbers.Span.Slice(row * model.Columns, rows * model.Columns), scores[..(rows * model.Width)]);
            _order.Copy(scores, output.Slice(row * signature.OutputWidth, rows * signature.OutputWidth));
        }
    }

    public void Dispose() => Volatile.Write(ref _isDisposed, true);

    /// <summary>How many rows are scored before they are put in order.</summary>
    private int PartRows => Math.Max(1, 1024 / model.Width);
}
