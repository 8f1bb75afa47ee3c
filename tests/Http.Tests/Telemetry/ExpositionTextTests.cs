using System.Buffers;
using System.Text;

namespace Mlops.Http.Telemetry;

public sealed class ExpositionTextTests
{
    private static readonly MetricFamily[] Families =
    [
        new("jobs", "Jobs \"done\".\nAll of them.", MetricKind.Counter, [new([new("path", "C:\\a \"b\"\nc")], 3)]),
        new("heat", "Heat.", MetricKind.Gauge, [new([], double.NaN), new([new("at", "top")], double.PositiveInfinity)]),
        new(
            "wait_seconds", "Wait.", MetricKind.Histogram,
            [new([new("queue", "a")], 0, new MetricHistogram([0.000_05, 1, 10], [1, 2, 0, 4], 50.25))]),
        new("old_count", "Old.", MetricKind.Untyped, [new([], 1e21)]),
    ];

    /// <summary>By hand from "Text-based format" of the Prometheus documentation.</summary>
    [Fact]
    public void Metrics_are_written_as_Prometheus_text() => Assert.Equal(
        """
        # HELP jobs_total Jobs "done".\nAll of them.
        # TYPE jobs_total counter
        jobs_total{path="C:\\a \"b\"\nc"} 3
        # HELP heat Heat.
        # TYPE heat gauge
        heat NaN
        heat{at="top"} +Inf
        # HELP wait_seconds Wait.
        # TYPE wait_seconds histogram
        wait_seconds_bucket{queue="a",le="0.00005"} 1
        wait_seconds_bucket{queue="a",le="1.0"} 3
        wait_seconds_bucket{queue="a",le="10.0"} 3
        wait_seconds_bucket{queue="a",le="+Inf"} 7
        wait_seconds_sum{queue="a"} 50.25
        wait_seconds_count{queue="a"} 7
        # HELP old_count Old.
        # TYPE old_count untyped
        old_count 1E+21

        """,
        Written(asOpenMetrics: false));

    /// <summary>By hand from the OpenMetrics 1.0 specification.</summary>
    [Fact]
    public void OpenMetrics_names_counters_without_their_suffix_and_says_where_it_ends()
    {
        var text = Written(asOpenMetrics: true);

        Assert.Contains("# HELP jobs Jobs \\\"done\\\".\\nAll of them.\n# TYPE jobs counter\njobs_total{", text, StringComparison.Ordinal);
        Assert.Contains("# TYPE old_count unknown\n", text, StringComparison.Ordinal);
        Assert.EndsWith("\n# EOF\n", text, StringComparison.Ordinal);
    }

    private static string Written(bool asOpenMetrics)
    {
        var output = new ArrayBufferWriter<byte>();
        ExpositionText.Write(Families, asOpenMetrics, output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
