namespace Mlops.Http.Telemetry;

/// <summary>What a metric's values mean.</summary>
internal enum MetricKind
{
    /// <summary>Only ever grows.</summary>
    Counter,

    Gauge,

    Histogram,

    /// <summary>Of a name that does not keep to the rules of its kind, so that nothing is said of it.</summary>
    Untyped,
}

/// <summary>A metric with all its series.</summary>
/// <param name="Name">As Prometheus has it; a counter's is without <c>_total</c>.</param>
internal sealed record MetricFamily(string Name, string Help, MetricKind Kind, IReadOnlyList<MetricSample> Samples);

/// <summary>One series of a metric at one time.</summary>
/// <param name="Labels">In the order in which they are written; none is empty.</param>
/// <param name="Value">Of a histogram it says nothing.</param>
/// <param name="Histogram">Of a histogram only.</param>
internal sealed record MetricSample(IReadOnlyList<KeyValuePair<string, string>> Labels, double Value, MetricHistogram? Histogram = null)
{
    /// <summary>A label's value; empty if there is no such label.</summary>
    public string this[string label]
    {
        get
        {
            foreach (var (name, value) in Labels)
            {
                if (name == label)
                {
                    return value;
                }
            }

            return "";
        }
    }
}

/// <summary>How often each range of values was measured.</summary>
/// <param name="Bounds">Rising upper bounds, each belonging to the range below it.</param>
/// <param name="Counts">By range, and last of what is above all bounds.</param>
internal sealed record MetricHistogram(IReadOnlyList<double> Bounds, IReadOnlyList<long> Counts, double Sum)
{
    public long Count => Counts.Sum();

    /// <summary>Both together; they have the same bounds.</summary>
    public static MetricHistogram operator +(MetricHistogram one, MetricHistogram other) =>
        new(one.Bounds, [.. one.Counts.Zip(other.Counts, (a, b) => a + b)], one.Sum + other.Sum);
}
