using System.Diagnostics.Metrics;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mlops.Http.Telemetry;

public sealed class MeterReadingsTests : IDisposable
{
    private readonly Meter _meter = new("Tests");
    private readonly MeterReadings _readings;

    public MeterReadingsTests() => _readings = new MeterReadings(
        meter => meter == _meter, new Dictionary<string, IReadOnlyList<double>> { ["coarse"] = [100] }, NullLogger.Instance);

    public void Dispose()
    {
        _readings.Dispose();
        _meter.Dispose();
    }

    [Theory]
    [InlineData("http.server.request.duration", "s", "http_server_request_duration_seconds")]
    [InlineData("dotnet.gc.heap.total_allocated", "By", "dotnet_gc_heap_total_allocated_bytes")]
    [InlineData("wait_seconds", "s", "wait_seconds")]
    [InlineData("mlops.queue.length", "{item}", "mlops_queue_length")]
    public void Names_get_Prometheus_alphabet_and_unit(string name, string unit, string expected) =>
        Assert.Equal(expected, PrometheusName.Of(name, unit));

    [Fact]
    public void Steps_add_up_by_their_tags()
    {
        var counter = _meter.CreateCounter<long>("jobs", "{job}", "Jobs.");
        counter.Add(2, new KeyValuePair<string, object?>("is.late", true));
        counter.Add(3, new KeyValuePair<string, object?>("is.late", true));
        counter.Add(1, new KeyValuePair<string, object?>("is.late", null));

        var family = Assert.Single(_readings.Read());

        Assert.Equal(("jobs", "Jobs.", MetricKind.Counter), (family.Name, family.Help, family.Kind));
        Assert.Equal(5, family.Samples.Single(sample => sample["is_late"] is "true").Value);
        Assert.Equal(1, family.Samples.Single(sample => sample.Labels.Count is 0).Value);
    }

    [Fact]
    public void What_is_told_no_more_is_gone()
    {
        List<Measurement<long>> sizes =
        [
            new(5, new KeyValuePair<string, object?>("model", "a")), new(7, new KeyValuePair<string, object?>("model", "b")),
        ];
        _meter.CreateObservableGauge("size", () => sizes);
        Assert.Equal(2, Assert.Single(_readings.Read()).Samples.Count);

        sizes.RemoveAt(0);

        Assert.Equal("b", Assert.Single(Assert.Single(_readings.Read()).Samples)["model"]);
    }

    [Fact]
    public void One_that_cannot_be_told_does_not_hide_the_others()
    {
        _meter.CreateObservableGauge("broken", Broken);
        _meter.CreateObservableGauge("whole", () => 1L);

        Assert.Equal(["whole"], _readings.Read().Select(family => family.Name));

        static long Broken() => throw new InvalidOperationException("No.");
    }

    [Fact]
    public void Bounds_given_by_name_go_before_those_advised()
    {
        var advice = new InstrumentAdvice<double> { HistogramBucketBoundaries = [1, 2] };
        _meter.CreateHistogram("coarse", null, null, advice: advice).Record(1);
        _meter.CreateHistogram("fine", null, null, advice: advice).Record(1);

        Assert.Equal([[100], [1, 2]], _readings.Read().Select(family => Assert.Single(family.Samples).Histogram?.Bounds ?? []));
    }

    [Fact]
    public void A_gauge_with_a_name_that_belongs_to_histograms_is_untyped()
    {
        _meter.CreateObservableUpDownCounter("threads.count", () => 4);

        Assert.Equal(MetricKind.Untyped, Assert.Single(_readings.Read()).Kind);
    }

    [Fact]
    public void A_range_holds_what_is_above_the_bound_before_and_not_above_its_own() =>
        Check.QuickThrowOnFailure(Prop.ForAll<int[]>(AssertRanges));

    private static void AssertRanges(int[] values)
    {
        double[] bounds = [-10, 0, 3, 50];
        using var meter = new Meter("Property");
        using var readings = new MeterReadings(one => one == meter, new Dictionary<string, IReadOnlyList<double>>(), NullLogger.Instance);
        var histogram = meter.CreateHistogram<int>(
            "values", null, null, advice: new InstrumentAdvice<int> { HistogramBucketBoundaries = [-10, 0, 3, 50] });
        foreach (var value in values)
        {
            histogram.Record(value);
        }

        var found = readings.Read().SingleOrDefault()?.Samples.Single().Histogram;

        double[] edges = [double.NegativeInfinity, .. bounds, double.PositiveInfinity];
        Assert.Equal(
            edges.Zip(edges.Skip(1), (low, high) => values.LongCount(value => value > low && value <= high)),
            found?.Counts ?? [0, 0, 0, 0, 0]);
        Assert.Equal(values.Sum(value => (double)value), found?.Sum ?? 0, 1e-3);
    }
}
