using Microsoft.ML.OnnxRuntime;
using Mlops.Data;
using Mlops.Registry;
using Mlops.Serving;

namespace Mlops.Onnx;

/// <summary>Scores rows through one ONNX Runtime session.</summary>
/// <remarks>
/// Calls share the session and nothing else: each rents a slot with pinned buffers and bindings made before, so the numeric path
/// takes no lock and allocates nothing once warm. Large batches are scored in parts, which bounds the buffers. Disposing while calls
/// are running is safe: the last of them frees what is native.
/// </remarks>
internal sealed class OnnxScorer : IModelScorer
{
    /// <summary>Of texts: each row may become as many numbers as a vocabulary has terms.</summary>
    private const int MostTextRows = 256;

    private readonly InferenceSession _session;
    private readonly GraphBinding _binding;
    private readonly OutputForm _form;
    private readonly RunOptions _runOptions = new();
    private readonly ScoringSlot?[] _slots = new ScoringSlot?[2 * Environment.ProcessorCount];
    private readonly ScoreOrder _order;
    private readonly int _partRows;
    private readonly SharedUse _use;

    public OnnxScorer(ModelSignature signature, InferenceSession session, GraphBinding binding, OutputForm form)
    {
        (Signature, _session, _binding, _form) = (signature, session, binding, form);
        _order = new ScoreOrder(signature.OutputWidth, form is OutputForm.Matrix ? signature.OutputWidth : 1, binding.Columns);
        var mostRows = ScoringSlot.MaximumRows(binding, signature.OutputWidth);
        _partRows = signature.Features.Any(feature => feature.Type is ColumnType.Text) ? Math.Min(mostRows, MostTextRows) : mostRows;
        _use = new SharedUse(nameof(OnnxScorer), Free);
    }

    public ModelSignature Signature { get; }

    public void Score(in FeatureBatch batch, Span<float> output)
    {
        _binding.Require(batch, output.Length, Signature.OutputWidth);
        _use.Enter();
        try
        {
            var slot = Rent();
            try
            {
                for (var row = 0; row < batch.Rows; row += _partRows)
                {
                    ScorePart(slot, batch, row, Math.Min(_partRows, batch.Rows - row), output);
                }
            }
            finally
            {
                Return(slot);
            }
        }
        finally
        {
            _use.Leave();
        }
    }

    public void Dispose() => _use.Dispose();

    private void ScorePart(ScoringSlot slot, in FeatureBatch batch, int start, int rows, Span<float> output)
    {
        var width = Signature.OutputWidth;
        var part = output.Slice(start * width, rows * width);
        var bound = slot.Fill(batch, start, rows);
        if (_form is OutputForm.Maps)
        {
            using var outputs = _session.RunWithBoundResults(_runOptions, bound);
            LabelledMaps.Read(outputs[0], Signature.Classes, part);
            return;
        }

        _session.RunWithBinding(_runOptions, bound);
        _order.Copy(slot.Scores, part);
    }

    private ScoringSlot Rent()
    {
        for (var i = 0; i < _slots.Length; i++)
        {
            if (_slots[i] is not null && Interlocked.Exchange(ref _slots[i], null) is { } slot)
            {
                return slot;
            }
        }

        return new ScoringSlot(_session, _binding, _form, Signature.OutputWidth);
    }

    private void Return(ScoringSlot slot)
    {
        for (var i = 0; i < _slots.Length; i++)
        {
            if (_slots[i] is null && Interlocked.CompareExchange(ref _slots[i], slot, null) is null)
            {
                return;
            }
        }

        slot.Dispose();
    }

    private void Free()
    {
        for (var i = 0; i < _slots.Length; i++)
        {
            Interlocked.Exchange(ref _slots[i], null)?.Dispose();
        }

        _runOptions.Dispose();
        _session.Dispose();
    }
}
