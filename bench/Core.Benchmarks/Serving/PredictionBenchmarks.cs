using System.Buffers;
using System.Globalization;
using System.Text;
using BenchmarkDotNet.Attributes;
using Mlops.Data;
using Mlops.Onnx;
using Mlops.Registry;

namespace Mlops.Serving;

/// <summary>What a prediction costs besides HTTP: reading the records, scoring them with a logistic regression on ONNX Runtime, and
/// writing the answer.</summary>
[MemoryDiagnoser]
public class PredictionBenchmarks
{
    private const int Features = 30;

    private static readonly ModelSignature Signature = new(
        [.. Enumerable.Range(0, Features).Select(i => new ColumnSchema($"feature {i}", ColumnType.Number, false))],
        "target",
        TaskType.Binary,
        ["no", "yes"]);

    private readonly ArrayBufferWriter<byte> _output = new(1024 * 1024);
    private byte[] _body = [];
    private PredictionRequestReader? _requests;
    private PredictionResponseWriter? _responses;
    private IModelScorer? _scorer;
    private FeatureRows? _rows;
    private float[] _scores = [];

    [Params(1, 1_024)]
    public int Rows { get; set; }

    /// <summary>Significant digits of each number: 5 as in most data, 17 as a client writes computed doubles.</summary>
    [Params(5, 17)]
    public int Digits { get; set; }

    private PredictionRequestReader Requests => _requests ?? throw new InvalidOperationException("Prepare was not called.");

    private PredictionResponseWriter Responses => _responses ?? throw new InvalidOperationException("Prepare was not called.");

    private IModelScorer Scorer => _scorer ?? throw new InvalidOperationException("Prepare was not called.");

    [GlobalSetup]
    public void Prepare()
    {
        var random = new Random(42);
        var records = Enumerable.Range(0, Rows).Select(_ => "{" + string.Join(',', Enumerable.Range(0, Features).Select(
            i => string.Create(CultureInfo.InvariantCulture, $"\"feature {i}\":{Number(random)}"))) + "}");
        _body = Encoding.UTF8.GetBytes($$"""{"records":[{{string.Join(',', records)}}]}""");
        var version = new ModelVersion(
            ModelName.Parse("bench"),
            1,
            Stage.None,
            default,
            "bench",
            default,
            "",
            Signature,
            new Dictionary<string, double>(),
            new Dictionary<string, string>(),
            0,
            "");
        _scorer = new OnnxModelLoader(OnnxLimits.Default).Load(Graph(), Signature);
        (_requests, _responses) = (new PredictionRequestReader(Signature), new PredictionResponseWriter(version));
        _rows = ((PredictionReading.Accepted)_requests.Read(_body)).Rows;
        _scores = new float[Rows * 2];
        Score();
    }

    [Benchmark]
    public void Read() => ((PredictionReading.Accepted)Requests.Read(_body)).Rows.Dispose();

    [Benchmark]
    public void Score() => Scorer.Score(_rows?.Batch ?? default, _scores);

    [Benchmark]
    public void Write()
    {
        _output.ResetWrittenCount();
        Responses.Write(_output, _scores);
    }

    [Benchmark]
    public void Whole()
    {
        _output.ResetWrittenCount();
        using var rows = ((PredictionReading.Accepted)Requests.Read(_body)).Rows;
        Scorer.Score(rows.Batch, _scores);
        Responses.Write(_output, _scores);
    }

    private string Number(Random random) => (random.NextDouble() * 100).ToString($"G{Digits}", CultureInfo.InvariantCulture);

    private static byte[] Graph()
    {
        var graph = new GraphWriter("logistic");
        var numbers = graph.Input(ModelSignature.NumericInput, ElementType.Float, Dimension.Rows, Features);
        var weights = Enumerable.Range(0, Features).Select(i => (i - 15) / 1_000f).ToArray();
        var (label, probabilities) = graph.LinearClassifier(
            numbers, [.. weights.Select(weight => -weight), .. weights], [0, 0], Signature.Classes, PostTransform.Logistic);
        graph.Output(label, ModelSignature.LabelOutput, ElementType.String, Dimension.Rows);
        graph.Output(probabilities, ModelSignature.ProbabilitiesOutput, ElementType.Float, Dimension.Rows, 2);
        return graph.ToBytes();
    }
}
