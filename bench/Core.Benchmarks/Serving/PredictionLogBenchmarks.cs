using BenchmarkDotNet.Attributes;
using Mlops.Data;
using Mlops.Registry;

namespace Mlops.Serving;

/// <summary>What logging a prediction of 30 numbers costs: on the request's thread, and on the writer's.</summary>
[MemoryDiagnoser]
public class PredictionLogBenchmarks
{
    public const int Features = 30;

    private readonly LogInstance _instance = new(IdSource.Random);
    private readonly BatchEncoder _encoder = new(static () => true);
    private readonly LogQueue _queue = new(256 * 1024 * 1024, TimeProvider.System);
    private readonly List<RecordPage> _pages = [];
    private readonly RecordPlace[] _places;
    private readonly List<RecordPage> _largePages = [];
    private readonly RecordPlace[] _largePlaces = [.. Enumerable.Range(0, 64).Select(page => new RecordPlace(page, 0))];
    private AnsweredPrediction _prediction;

    public PredictionLogBenchmarks()
    {
        _places = [.. Enumerable.Range(0, 4_096).Select(i => new RecordPlace(i / 256, i % 256))];
        Prepare();
    }

    [GlobalSetup]
    public void Prepare()
    {
        _prediction = Make(_instance, new Random(42), TimeProvider.System.GetUtcNow());
        var random = new Random(42);
        foreach (var _ in _places)
        {
            _queue.TryAdd(Make(_instance, random, TimeProvider.System.GetUtcNow()), null, out var _);
        }

        _pages.Clear();
        _pages.AddRange(_queue.Take().Pages);
        _largePages.Clear();
        _largePages.AddRange(_largePlaces.Select(_ => new RecordPage(Large(random), null, 0)));
    }

    [Benchmark]
    public string MintId() => PredictionIds.New(_instance, _prediction.At);

    /// <summary>512 records, then what the writer does to give the memory back.</summary>
    [Benchmark(OperationsPerInvoke = 512)]
    public void Append()
    {
        for (var i = 0; i < 512; i++)
        {
            _queue.TryAdd(_prediction, null, out _);
        }

        _queue.Return(_queue.Take());
    }

    /// <summary>JSON alone.</summary>
    [Benchmark(OperationsPerInvoke = 512)]
    public int Encode()
    {
        var bytes = 0;
        for (var i = 0; i < 512; i++)
        {
            _encoder.Write(i, isOfMany: true, _pages[_places[i].Page][_places[i].Index].Prediction);
            bytes += _encoder.Discard();
        }

        return bytes;
    }

    /// <summary>JSON and gzip, as one batch of 4,096.</summary>
    [Benchmark(OperationsPerInvoke = 4_096)]
    public int EncodeAndCompress() =>
        _encoder.Encode(new BatchHead("benchmark-000001", 1, 1, _places.Length, 0), _pages, _places).Length;

    /// <summary>JSON and gzip of 64 requests of 64 rows.</summary>
    [Benchmark(OperationsPerInvoke = 4_096)]
    public int EncodeAndCompressManyRows() =>
        _encoder.Encode(new BatchHead("benchmark-000001", 1, 1, _largePlaces.Length, 0), _largePages, _largePlaces).Length;

    /// <summary>A prediction of 64 rows.</summary>
    private AnsweredPrediction Large(Random random)
    {
        var rows = Enumerable.Range(0, 64).Select(_ => Make(_instance, random, _prediction.At)).ToArray();
        return _prediction with
        {
            Inputs = new FeatureBatch(
                rows.Length, rows.SelectMany(row => row.Inputs.Numbers.ToArray()).ToArray(), ReadOnlyMemory<string>.Empty),
            Scores = rows.SelectMany(row => row.Scores.ToArray()).ToArray(),
        };
    }

    internal static AnsweredPrediction Make(LogInstance instance, Random random, DateTimeOffset at)
    {
        var numbers = new float[Features];
        foreach (ref var number in numbers.AsSpan())
        {
            number = (float)Math.Round(random.NextDouble() * 100, 3);
        }

        var yes = random.NextSingle();
        return new AnsweredPrediction(
            PredictionIds.New(instance, at),
            at,
            TimeSpan.FromMicroseconds(random.Next(50, 5_000)),
            TenantId.Default,
            Live,
            "native",
            Version,
            "champion",
            1,
            1,
            "user-" + random.Next(100_000),
            null,
            new FeatureBatch(1, numbers, ReadOnlyMemory<string>.Empty),
            new[] { 1 - yes, yes });
    }

    private static readonly EndpointName Live = EndpointName.Parse("live");

    private static readonly ModelVersion Version = new(
        ModelName.Parse("bench"),
        1,
        Stage.None,
        default,
        "bench",
        default,
        "",
        new ModelSignature(
            [.. Enumerable.Range(0, Features).Select(i => new ColumnSchema($"feature {i}", ColumnType.Number, false))],
            "target",
            TaskType.Binary,
            ["no", "yes"]),
        new Dictionary<string, double>(),
        new Dictionary<string, string>(),
        0,
        "");
}
