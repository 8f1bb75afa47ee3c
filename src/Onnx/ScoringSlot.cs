using Microsoft.ML.OnnxRuntime;
using Mlops.Serving;

namespace Mlops.Onnx;

/// <summary>What one call at a time needs: pinned buffers for features and scores, and the bindings of the session to them.</summary>
internal sealed class ScoringSlot(InferenceSession session, GraphBinding binding, OutputForm form, int outputWidth) : IDisposable
{
    /// <summary>Up to this many rows, each number of rows keeps its binding.</summary>
    private const int KeptRows = 64;

    private const int MostRows = 4096;
    private const int MostElements = 1 << 20;

    private readonly BoundBatch?[] _kept = new BoundBatch?[KeptRows + 1];
    private BoundBatch? _large;
    private int _capacity;
    private float[] _numbers = [];
    private float[] _scores = [];

    /// <summary>The last run's output.</summary>
    public ReadOnlySpan<float> Scores => _scores;

    private int ScoreWidth => form is OutputForm.Matrix ? outputWidth : 1;

    /// <summary>How many rows are scored at once: more would cost memory and gain nothing.</summary>
    public static int MaximumRows(GraphBinding binding, int outputWidth) =>
        Math.Clamp(MostElements / Math.Max(outputWidth, Math.Max(binding.Numbers, binding.Strings)), 1, MostRows);

    /// <summary>Copies rows into the buffers and gives the binding that runs them.</summary>
    public OrtIoBinding Fill(in FeatureBatch batch, int start, int rows)
    {
        var bound = Bound(rows);
        batch.Numbers.Span.Slice(start * binding.Numbers, rows * binding.Numbers).CopyTo(_numbers);
        if (bound.Strings is { } strings)
        {
            var texts = batch.Strings.Span.Slice(start * binding.Strings, rows * binding.Strings);
            for (var i = 0; i < texts.Length; i++)
            {
                strings.StringTensorSetElementAt(texts[i].AsSpan(), i);
            }
        }

        return bound.Binding;
    }

    public void Dispose()
    {
        for (var i = 0; i < _kept.Length; i++)
        {
            _kept[i]?.Dispose();
            _kept[i] = null;
        }

        _large?.Dispose();
        _large = null;
    }

    private BoundBatch Bound(int rows)
    {
        if (rows > _capacity)
        {
            Grow(rows);
        }

        if (rows <= KeptRows)
        {
            return _kept[rows] ??= Bind(rows);
        }

        if (_large?.Rows != rows)
        {
            _large?.Dispose();
            _large = null;
            _large = Bind(rows);
        }

        return _large;
    }

    private void Grow(int rows)
    {
        // The old bindings point into the old buffers.
        Dispose();
        _capacity = 0;
        var most = MaximumRows(binding, outputWidth);
        var capacity = rows <= KeptRows ? Math.Min(KeptRows, most) : most;
        _numbers = GC.AllocateArray<float>(capacity * binding.Numbers, pinned: true);
        _scores = form is OutputForm.Maps ? [] : GC.AllocateArray<float>(capacity * ScoreWidth, pinned: true);
        _capacity = capacity;
    }

    private BoundBatch Bind(int rows)
    {
        var bound = new BoundBatch(rows, session.CreateIoBinding());
        if (binding.NumericInput is { } numericInput)
        {
            bound.Numbers = Tensor(_numbers, rows, rows, binding.Numbers);
            bound.Binding.BindInput(numericInput, bound.Numbers);
        }

        if (binding.StringInput is { } stringInput)
        {
            bound.Strings = OrtValue.CreateTensorWithEmptyStrings(OrtAllocator.DefaultInstance, [rows, binding.Strings]);
            bound.Binding.BindInput(stringInput, bound.Strings);
        }

        if (form is OutputForm.Maps)
        {
            bound.Binding.BindOutputToDevice(binding.Output, OrtMemoryInfo.DefaultInstance);
        }
        else
        {
            bound.Scores = form is OutputForm.Vector ? Tensor(_scores, rows, rows) : Tensor(_scores, rows, rows, ScoreWidth);
            bound.Binding.BindOutput(binding.Output, bound.Scores);
        }

        return bound;
    }

    private static OrtValue Tensor(float[] buffer, int rows, params long[] shape) =>
        OrtValue.CreateTensorValueFromMemory(
            OrtMemoryInfo.DefaultInstance, buffer.AsMemory(0, checked((int)(rows * (shape.Length > 1 ? shape[1] : 1)))), shape);

    private sealed class BoundBatch(int rows, OrtIoBinding binding) : IDisposable
    {
        public int Rows => rows;

        public OrtIoBinding Binding => binding;

        public OrtValue? Numbers { get; set; }

        public OrtValue? Strings { get; set; }

        public OrtValue? Scores { get; set; }

        public void Dispose()
        {
            binding.Dispose();
            Numbers?.Dispose();
            Strings?.Dispose();
            Scores?.Dispose();
        }
    }
}
