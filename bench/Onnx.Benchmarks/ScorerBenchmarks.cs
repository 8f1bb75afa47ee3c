using BenchmarkDotNet.Attributes;
using Microsoft.ML.OnnxRuntime;
using Mlops.Registry;
using Mlops.Serving;

namespace Mlops.Onnx;

/// <summary>What the scorer costs beside the leanest call that ONNX Runtime's API allows: Run on cached values over pinned buffers.</summary>
[MemoryDiagnoser]
public class ScorerBenchmarks : IDisposable
{
    private const int RowCount = 4096;

    private static readonly string[] Inputs = [ModelSignature.NumericInput];
    private static readonly string[] Outputs = [ModelSignature.ProbabilitiesOutput];

    private readonly float[] _rows = BenchmarkModels.Rows(RowCount);
    private readonly RunOptions _options = new();
    private int _next;
    private InferenceSession? _session;
    private IModelScorer? _scorer;
    private float[] _features = [];
    private float[] _scores = [];
    private OrtValue[] _input = [];
    private OrtValue[] _output = [];

    [Params("linear", "trees", "forest")]
    public string Model { get; set; } = "linear";

    [Params(1, 32, 1024)]
    public int Rows { get; set; }

    [GlobalSetup]
    public void Load()
    {
        var model = BenchmarkModels.Write(Model);
        _scorer = new OnnxModelLoader(OnnxLimits.Default).Load(model, BenchmarkModels.Signature);
        using var options = new SessionOptions
        {
            IntraOpNumThreads = 1,
            InterOpNumThreads = 1,
            EnableCpuMemArena = false,
            EnableMemoryPattern = false,
        };
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        _session = new InferenceSession(model, options);
        _features = GC.AllocateArray<float>(Rows * BenchmarkModels.Features, pinned: true);
        _scores = GC.AllocateArray<float>(Rows * 2, pinned: true);
        _input = [OrtValue.CreateTensorValueFromMemory(_features, [Rows, BenchmarkModels.Features])];
        _output = [OrtValue.CreateTensorValueFromMemory(_scores, [Rows, 2])];
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _scorer?.Dispose();
        _session?.Dispose();
        _options.Dispose();
        foreach (var value in _input.Concat(_output))
        {
            value.Dispose();
        }

        GC.SuppressFinalize(this);
    }

    [Benchmark(Baseline = true, Description = "Run, cached values")]
    public float Run()
    {
        Next().Span.CopyTo(_features);
        _session?.Run(_options, Inputs, _input, Outputs, _output);
        return _scores[0];
    }

    [Benchmark(Description = "Scorer")]
    public float Score()
    {
        _scorer?.Score(new FeatureBatch(Rows, Next(), default), _scores);
        return _scores[0];
    }

    private ReadOnlyMemory<float> Next()
    {
        var start = _next;
        _next = (_next + Rows) % RowCount;
        return _rows.AsMemory(start * BenchmarkModels.Features, Rows * BenchmarkModels.Features);
    }
}
