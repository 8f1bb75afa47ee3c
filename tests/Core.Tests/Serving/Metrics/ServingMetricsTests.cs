using Mlops.Registry;

namespace Mlops.Serving;

public sealed class ServingMetricsTests : IDisposable
{
    private static readonly EndpointName Live = EndpointName.Parse("live");

    private readonly ServingMetrics _metrics = new(mostSeries: 4);

    public void Dispose() => _metrics.Dispose();

    [Fact]
    public void An_answer_is_counted_with_its_rows_and_its_duration()
    {
        using var heard = new HeardMeter(_metrics.Meter);

        _metrics.Answered(Answer());
        _metrics.Answered(Answer());

        const string Tags = "{tenant=default endpoint=live model=churn version=3 route=canary dialect=v2 status=200}";
        Assert.Equal([$"{Tags} 0.002", $"{Tags} 0.002"], heard.Of("mlops.prediction.duration"));
        Assert.Equal([$"{Tags} 2"], heard.Of("mlops.prediction.requests"));
        Assert.Equal([$"{Tags} 14"], heard.Of("mlops.prediction.rows"));
    }

    [Fact]
    public void A_refusal_is_counted_with_its_status_and_names_no_version()
    {
        using var heard = new HeardMeter(_metrics.Meter);

        _metrics.Refused(TenantId.Default, Live, "native", 503, TimeSpan.FromMilliseconds(1));

        const string Tags = "{tenant=default endpoint=live model= version= route= dialect=native status=503}";
        Assert.Equal([$"{Tags} 0.001"], heard.Of("mlops.prediction.duration"));
        Assert.Equal([$"{Tags} 1"], heard.Of("mlops.prediction.requests"));
        Assert.Empty(heard.Of("mlops.prediction.rows"));
    }

    [Fact]
    public void What_is_beyond_the_limit_shares_one_series()
    {
        using var heard = new HeardMeter(_metrics.Meter);

        foreach (var number in Enumerable.Range(1, 7))
        {
            _metrics.Answered(Answer($"endpoint-{number}"));
        }

        _metrics.Answered(Answer("endpoint-1"));
        var requests = heard.Of("mlops.prediction.requests");
        Assert.Equal(5, requests.Count);
        Assert.Contains("{tenant=other endpoint=other model=other version=other route=other dialect=other status=200} 3", requests);
        Assert.EndsWith(
            "} 2",
            Assert.Single(requests, line => line.Contains("endpoint=endpoint-1 ", StringComparison.Ordinal)),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Refusals_of_endpoints_that_are_not_there_displace_no_answers()
    {
        using var heard = new HeardMeter(_metrics.Meter);

        foreach (var number in Enumerable.Range(1, 100))
        {
            _metrics.Refused(TenantId.Default, EndpointName.Parse($"guess-{number}"), "native", 404, TimeSpan.Zero);
        }

        _metrics.Answered(Answer());
        Assert.Equal(
            ["guess-1", "live", "other"],
            heard.Of("mlops.prediction.requests").Select(line => line.Split("endpoint=")[1].Split(' ')[0]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_request_is_under_way_until_it_is_disposed()
    {
        using var heard = new HeardMeter(_metrics.Meter);

        using (_metrics.Begin(TenantId.Default, Live))
        using (_metrics.Begin(TenantId.Default, Live))
        {
            Assert.Equal(["{tenant=default endpoint=live} 2"], heard.Of("mlops.prediction.requests.active"));
        }

        Assert.Equal(["{tenant=default endpoint=live} 0"], heard.Of("mlops.prediction.requests.active"));
    }

    [Fact]
    public void A_batch_tells_its_sizes_and_its_time_in_the_scorer()
    {
        using var heard = new HeardMeter(_metrics.Meter);

        _metrics.BatchScored(Version(), requests: 3, rows: 20, TimeSpan.FromMicroseconds(250));

        Assert.Equal(["{model=churn version=3} 3"], heard.Of("mlops.batch.requests"));
        Assert.Equal(["{model=churn version=3} 20"], heard.Of("mlops.batch.rows"));
        Assert.Equal(["{model=churn version=3} 0.00025"], heard.Of("mlops.scoring.duration"));
    }

    [Fact]
    public void Shadows_are_counted_by_whether_they_agree()
    {
        using var heard = new HeardMeter(_metrics.Meter);

        _metrics.ShadowCompared(TenantId.Default, Live, "next", agrees: true);
        _metrics.ShadowCompared(TenantId.Default, Live, "next", agrees: false);
        _metrics.ShadowCompared(TenantId.Default, Live, "next", agrees: false);
        _metrics.ShadowDropped(TenantId.Default, Live, "next");

        Assert.Equal(
            ["{tenant=default endpoint=live route=next agrees=true} 1", "{tenant=default endpoint=live route=next agrees=false} 2"],
            heard.Of("mlops.shadow.comparisons"));
        Assert.Equal(["{tenant=default endpoint=live route=next} 1"], heard.Of("mlops.shadow.dropped"));
    }

    [Fact]
    public void Owners_are_asked_for_what_only_they_know()
    {
        using var heard = new HeardMeter(_metrics.Meter);
        Assert.Empty(heard.Of("mlops.prediction.log.lag"));

        _metrics.ObserveQueue("admission", () => 7);
        _metrics.ObserveLog(() => new PredictionLogHealth(3, TimeSpan.FromSeconds(1.5), 20, 2));
        // Two tenants, each with a model of the same name.
        _metrics.ObserveModels(() => [(Version(), 100), (Version(), 20)]);
        _metrics.CacheHit();

        Assert.Equal(["{queue=admission} 7", "{queue=prediction-log} 3"], heard.Of("mlops.queue.length").Order());
        Assert.Equal(["{} 1.5"], heard.Of("mlops.prediction.log.lag"));
        Assert.Equal(["{outcome=written} 20", "{outcome=dropped} 2"], heard.Of("mlops.prediction.log.records"));
        Assert.Equal(["{model=churn version=3} 120"], heard.Of("mlops.model.size"));
        Assert.Equal(["{result=hit} 1", "{result=miss} 0"], heard.Of("mlops.model.cache.requests"));
    }

    [Fact]
    public void Counting_a_request_whose_series_is_known_takes_no_memory()
    {
        using var heard = new HeardMeter(_metrics.Meter, isKept: false);
        var (answer, version) = (Answer(), Version());
        Count();

        // The runtime may take some memory of its own while it compiles better code; not three times.
        Assert.Contains(0, Enumerable.Range(0, 3).Select(_ => Taken()));

        long Taken()
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 1_000; i++)
            {
                Count();
            }

            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        void Count()
        {
            using var underWay = _metrics.Begin(answer.Tenant, answer.Endpoint);
            _metrics.BatchScored(version, 1, 1, TimeSpan.FromMicroseconds(3));
            _metrics.Answered(answer);
        }
    }

    private static AnsweredPrediction Answer(string endpoint = "live") => new(
        "id", default, TimeSpan.FromMilliseconds(2), TenantId.Default, EndpointName.Parse(endpoint), "v2", Version(), "canary", 0.1, 1, null,
        null, new FeatureBatch(7, default, default), default);

    internal static ModelVersion Version() => new(
        RegistryOnDisk.Churn,
        3,
        Stage.None,
        default,
        "ada",
        default,
        "",
        RegistryOnDisk.Signature,
        new Dictionary<string, double>(),
        new Dictionary<string, string>(),
        100,
        "");
}
