using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Mlops.Registry;

namespace Mlops.Serving;

/// <summary>What is measured of serving: one meter, read by whoever listens to it.</summary>
/// <remarks>
/// <para>Counting a request takes no lock and no memory once its series is known. Counts are kept here and told when they are asked
/// for; only durations and sizes of batches are handed to listeners one by one.</para>
/// <para>The number of series is bounded: so many of answers, and a quarter of that of each other kind. Refusals are apart from
/// answers, so that calls of endpoints that do not exist cannot displace those that do. What comes after that shares a series whose
/// tags are all <c>other</c>.</para>
/// </remarks>
public sealed class ServingMetrics : IDisposable
{
    public const string MeterName = "Mlops.Serving";

    public const int DefaultMostSeries = 1_000;

    private static readonly double[] Latencies =
    [
        0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
    ];

    /// <summary>A small model scores a row in a microsecond.</summary>
    private static readonly double[] ScoringBounds = [0.000_001, 0.000_002_5, 0.000_005, 0.000_01, 0.000_025, .. Latencies];

    private static readonly double[] LoadBounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

    private static readonly int[] SizeBounds = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_024, 4_096, 16_384];

    private static readonly KeyValuePair<string, object?> Hit = new("result", "hit");
    private static readonly KeyValuePair<string, object?> Miss = new("result", "miss");
    private static readonly KeyValuePair<string, object?> Succeeded = new("outcome", "loaded");
    private static readonly KeyValuePair<string, object?> Written = new("outcome", "written");
    private static readonly KeyValuePair<string, object?> Dropped = new("outcome", "dropped");
    private static readonly KeyValuePair<string, object?> Failed = new("outcome", "failed");

    private readonly SeriesSet<AnswerKey, RequestSeries> _answers;
    private readonly SeriesSet<RefusalKey, RequestSeries> _refusals;
    private readonly SeriesSet<(string Tenant, string Endpoint), UnderWaySeries> _underWay;
    private readonly SeriesSet<(string Model, int Version), VersionSeries> _versions;
    private readonly SeriesSet<(string Tenant, string Endpoint, string Arm), ShadowSeries> _shadows;
    private readonly ConcurrentDictionary<string, Func<long>> _queues = new(StringComparer.Ordinal);

    private readonly Histogram<double> _duration;
    private readonly Histogram<int> _batchRequests;
    private readonly Histogram<int> _batchRows;
    private readonly Histogram<double> _scoring;
    private readonly Histogram<double> _loading;

    private Func<PredictionLogHealth>? _log;
    private Func<IEnumerable<(ModelVersion Version, long Bytes)>>? _models;
    private long _cacheHits;
    private long _cacheMisses;

    /// <param name="mostSeries">How many combinations of tenant, endpoint, version, route and dialect are told apart, from 1.</param>
    public ServingMetrics(int mostSeries = DefaultMostSeries)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(mostSeries, 1);
        const string Other = MetricSeries.Other;
        var mostOfOthers = (mostSeries + 3) / 4;
        _answers = new(mostSeries, key => new RequestSeries(key), RequestSeries.Others("200"));
        _refusals = new(mostOfOthers, key => new RequestSeries(key), RequestSeries.Others(Other));
        _underWay = new(mostOfOthers, key => new UnderWaySeries(key.Tenant, key.Endpoint), new UnderWaySeries(Other, Other));
        _versions = new(mostOfOthers, key => new VersionSeries(key.Model, key.Version), VersionSeries.Others);
        _shadows = new(mostOfOthers, key => new ShadowSeries(key.Tenant, key.Endpoint, key.Arm), new ShadowSeries(Other, Other, Other));

        Meter = new Meter(new MeterOptions(MeterName) { Scope = this });
        _duration = Meter.CreateHistogram(
            "mlops.prediction.duration", "s", "Time from reading a prediction request to its answer.", advice: Buckets(Latencies));
        _batchRequests = Meter.CreateHistogram(
            "mlops.batch.requests", "{request}", "Requests that were scored together.", advice: Buckets(SizeBounds));
        _batchRows = Meter.CreateHistogram("mlops.batch.rows", "{row}", "Rows that were scored together.", advice: Buckets(SizeBounds));
        _scoring = Meter.CreateHistogram("mlops.scoring.duration", "s", "Time inside the scorer.", advice: Buckets(ScoringBounds));
        _loading = Meter.CreateHistogram("mlops.model.load.duration", "s", "Time to load a model.", advice: Buckets(LoadBounds));
        CreateObservedInstruments();
    }

    /// <summary>Upper bounds of the buckets of latencies, in seconds: 50 µs to 10 s.</summary>
    public static IReadOnlyList<double> LatencyBounds => Latencies;

    /// <summary>This instance's own meter, by which two hosts in one process are told apart.</summary>
    public Meter Meter { get; }

    /// <summary>Counts an answer.</summary>
    public void Answered(in AnsweredPrediction prediction)
    {
        var series = _answers.Of(new AnswerKey(
            prediction.Tenant.Value,
            prediction.Endpoint.Value,
            prediction.Version.Model.Value,
            prediction.Version.Number,
            prediction.Arm,
            prediction.Dialect));
        series.Count(prediction.Rows);
        _duration.Record(prediction.Latency.TotalSeconds, series.Tags);
    }

    /// <summary>Counts a request that got no prediction.</summary>
    /// <param name="status">What it was answered with, 400 to 599.</param>
    public void Refused(TenantId tenant, EndpointName endpoint, string dialect, int status, TimeSpan latency)
    {
        var series = _refusals.Of(new RefusalKey(tenant.Value, endpoint.Value, dialect, status));
        series.Count(rows: 0);
        _duration.Record(latency.TotalSeconds, series.Tags);
    }

    /// <summary>Counts a request of an endpoint that exists as under way, until what is returned is disposed.</summary>
    public RequestUnderWay Begin(TenantId tenant, EndpointName endpoint) => new(_underWay.Of((tenant.Value, endpoint.Value)));

    /// <summary>Counts a batch that went through a scorer.</summary>
    /// <param name="requests">How many requests had rows in it.</param>
    /// <param name="rows">How many rows it had.</param>
    /// <param name="scoring">How long it was inside the scorer.</param>
    public void BatchScored(ModelVersion version, int requests, int rows, TimeSpan scoring)
    {
        var tags = _versions.Of((version.Model.Value, version.Number)).Tags;
        _batchRequests.Record(requests, tags);
        _batchRows.Record(rows, tags);
        _scoring.Record(scoring.TotalSeconds, tags);
    }

    /// <summary>Counts an answer of a shadow that was held against the one that the caller got.</summary>
    public void ShadowCompared(TenantId tenant, EndpointName endpoint, string arm, bool agrees) =>
        _shadows.Of((tenant.Value, endpoint.Value, arm)).Compare(agrees);

    /// <summary>Counts a request that a shadow did not get, because it had no room for it.</summary>
    public void ShadowDropped(TenantId tenant, EndpointName endpoint, string arm) =>
        _shadows.Of((tenant.Value, endpoint.Value, arm)).Drop();

    /// <summary>A model was wanted and in memory.</summary>
    public void CacheHit() => Interlocked.Increment(ref _cacheHits);

    /// <summary>A model was wanted and not in memory.</summary>
    public void CacheMiss() => Interlocked.Increment(ref _cacheMisses);

    /// <summary>A model was loaded.</summary>
    public void ModelLoaded(TimeSpan took) => _loading.Record(took.TotalSeconds, Succeeded);

    /// <summary>A model could not be loaded.</summary>
    public void ModelLoadFailed(TimeSpan took) => _loading.Record(took.TotalSeconds, Failed);

    /// <summary>Has a queue's length told under a name; the last to take a name has it.</summary>
    /// <param name="name">Such as <c>admission</c> or <c>shadow</c>.</param>
    public void ObserveQueue(string name, Func<long> length) => _queues[name] = length;

    /// <summary>Has told how the prediction log is doing, its queue as <c>prediction-log</c> among the others.</summary>
    public void ObserveLog(Func<PredictionLogHealth> health)
    {
        Volatile.Write(ref _log, health);
        ObserveQueue("prediction-log", () => health().Queued);
    }

    /// <summary>Has told which models are in memory, and their sizes.</summary>
    public void ObserveModels(Func<IEnumerable<(ModelVersion Version, long Bytes)>> loaded) => Volatile.Write(ref _models, loaded);

    public void Dispose() => Meter.Dispose();

    private void CreateObservedInstruments()
    {
        Meter.CreateObservableCounter(
            "mlops.prediction.requests", () => Each(_answers.All.Concat(_refusals.All), series => series.Requests), "{request}",
            "Prediction requests that have ended.");
        Meter.CreateObservableCounter(
            "mlops.prediction.rows", () => Each(_answers.All, series => series.Rows), "{row}", "Rows that were predicted.");
        Meter.CreateObservableUpDownCounter(
            "mlops.prediction.requests.active", () => Each(_underWay.All, series => series.Requests), "{request}",
            "Prediction requests that are being answered.");
        Meter.CreateObservableCounter("mlops.shadow.comparisons", Comparisons, "{comparison}", "Shadow answers held against the caller's.");
        Meter.CreateObservableCounter(
            "mlops.shadow.dropped", () => Each(_shadows.All, series => series.Dropped), "{request}",
            "Requests that a shadow had no room for.");
        Meter.CreateObservableCounter("mlops.model.cache.requests", CacheRequests, "{request}", "Models wanted from memory.");
        Meter.CreateObservableGauge(
            "mlops.queue.length",
            () => _queues.Select(queue => new Measurement<long>(queue.Value(), new KeyValuePair<string, object?>("queue", queue.Key))),
            "{item}",
            "What waits in a queue.");
        Meter.CreateObservableGauge(
            "mlops.prediction.log.lag",
            () => Volatile.Read(ref _log) is { } log ? [new Measurement<double>(log().Lag.TotalSeconds)] : Array.Empty<Measurement<double>>(),
            "s",
            "Age of the oldest prediction that is not in the log.");
        Meter.CreateObservableCounter("mlops.prediction.log.records", LogRecords, "{record}", "Predictions that went into the log, or did not.");
        Meter.CreateObservableGauge("mlops.model.size", ModelSizes, "By", "Size of each model in memory.");
    }

    private static IEnumerable<Measurement<long>> Each<TSeries>(IEnumerable<TSeries> all, Func<TSeries, long> value)
        where TSeries : MetricSeries => all.Select(series => new Measurement<long>(value(series), series.Tags));

    private IEnumerable<Measurement<long>> Comparisons() => _shadows.All.SelectMany(series => new Measurement<long>[]
    {
        new(series.Agreeing, series.AgreeingTags),
        new(series.Differing, series.DifferingTags),
    });

    private IEnumerable<Measurement<long>> CacheRequests() =>
        [new(Volatile.Read(ref _cacheHits), Hit), new(Volatile.Read(ref _cacheMisses), Miss)];

    private IEnumerable<Measurement<long>> LogRecords() => Volatile.Read(ref _log)?.Invoke() is { } log
        ? [new(log.Written, Written), new(log.Dropped, Dropped)]
        : [];

    /// <remarks>Two tenants may have a model of the same name in memory, of which the tags do not tell whose it is.</remarks>
    private IEnumerable<Measurement<long>> ModelSizes() =>
        from loaded in Volatile.Read(ref _models)?.Invoke() ?? []
        group loaded.Bytes by (loaded.Version.Model, loaded.Version.Number) into same
        select new Measurement<long>(same.Sum(), new VersionSeries(same.Key.Model.Value, same.Key.Number).Tags);

    private static InstrumentAdvice<T> Buckets<T>(T[] bounds)
        where T : struct => new() { HistogramBucketBoundaries = bounds };
}

/// <summary>A request that is being answered. Disposing it says that it is not any more; dispose it once.</summary>
public readonly struct RequestUnderWay : IDisposable
{
    private readonly UnderWaySeries? _series;

    internal RequestUnderWay(UnderWaySeries series)
    {
        _series = series;
        series.Enter();
    }

    public void Dispose() => _series?.Leave();
}
