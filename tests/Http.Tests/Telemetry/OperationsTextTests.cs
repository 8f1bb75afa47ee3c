using System.Diagnostics.Metrics;
using System.Text.RegularExpressions;
using Mlops.Serving;

namespace Mlops.Http.Telemetry;

/// <summary>An alert on a metric that is not there never fires.</summary>
public sealed partial class OperationsTextTests
{
    private static readonly IReadOnlyList<string> Measured = Names();

    [Fact]
    public void The_documentation_lists_what_is_measured() => Assert.Equal(Measured, Mentioned("operations.md").Order(StringComparer.Ordinal));

    [Fact]
    public void Alerts_are_on_what_is_measured() => Assert.All(
        Mentioned("prometheus-rules.yml"),
        name => Assert.Contains(Measured, known => name == known || Parts(known).Contains(name)));

    private static IEnumerable<string> Parts(string name) => new[] { "_bucket", "_sum", "_count" }.Select(suffix => name + suffix);

    private static IEnumerable<string> Mentioned(string file) => MetricName()
        .Matches(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "docs", file))).Select(match => match.Value).Distinct();

    private static List<string> Names()
    {
        using var metrics = new ServingMetrics();
        using var listener = new MeterListener();
        var names = new List<string>();
        listener.InstrumentPublished = (instrument, _) =>
        {
            if (instrument.Meter == metrics.Meter)
            {
                var reading = new InstrumentReading(instrument, null);
                names.Add(reading.Kind is MetricKind.Counter ? reading.Name + "_total" : reading.Name);
            }
        };
        listener.Start();
        return [.. names.Order(StringComparer.Ordinal)];
    }

    [GeneratedRegex("mlops_[a-z_]+")]
    private static partial Regex MetricName();
}
