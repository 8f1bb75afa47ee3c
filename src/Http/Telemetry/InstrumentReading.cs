using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using Tag = System.Collections.Generic.KeyValuePair<string, object?>;

namespace Mlops.Http.Telemetry;

/// <summary>What one instrument measured, by its tags.</summary>
/// <remarks>Recording into known tags takes no lock and no memory.</remarks>
internal sealed class InstrumentReading
{
    private readonly Instrument _instrument;
    private readonly Func<Tag[], Reading> _create;
    private readonly ConcurrentDictionary<Tag[], Reading> _readings = new(TagSets.Comparer);
    private readonly ConcurrentDictionary<Tag[], Reading>.AlternateLookup<ReadOnlySpan<Tag>> _byTags;

    /// <param name="bounds">Of a histogram's buckets; if null those that the instrument advises.</param>
    public InstrumentReading(Instrument instrument, IReadOnlyList<double>? bounds)
    {
        _instrument = instrument;
        _byTags = _readings.GetAlternateLookup<ReadOnlySpan<Tag>>();
        var shape = instrument.GetType() is { IsGenericType: true } type ? type.GetGenericTypeDefinition() : null;
        if (shape == typeof(Histogram<>))
        {
            Kind = MetricKind.Histogram;
            double[] all = [.. bounds ?? Advised(instrument)];
            _create = _ => new Histogram(all);
        }
        else
        {
            Kind = shape == typeof(Counter<>) || shape == typeof(ObservableCounter<>) ? MetricKind.Counter : MetricKind.Gauge;
            // What an instrument is asked for is the whole; what it tells of its own accord is a step, but for a gauge.
            _create = shape == typeof(Counter<>) || shape == typeof(UpDownCounter<>) ? _ => new Sum() : _ => new Last();
        }

        Name = PrometheusName.Of(instrument.Name, instrument.Unit);
        if (Kind is MetricKind.Gauge && PrometheusName.HasReservedSuffix(Name))
        {
            Kind = MetricKind.Untyped;
        }
    }

    public string Name { get; }

    public MetricKind Kind { get; }

    public void Record(double value, ReadOnlySpan<Tag> tags)
    {
        if (!_byTags.TryGetValue(tags, out var reading))
        {
            reading = _readings.GetOrAdd(tags.ToArray(), _create);
        }

        reading.Record(value);
    }

    /// <summary>Forgets what was told when last asked, some of which may be no more.</summary>
    public void BeforeAsking()
    {
        if (_instrument.IsObservable)
        {
            _readings.Clear();
        }
    }

    public MetricFamily Read() => new(
        Name, _instrument.Description ?? _instrument.Name, Kind, [.. _readings.Select(reading => reading.Value.Read(Labels(reading.Key)))]);

    private static List<KeyValuePair<string, string>> Labels(Tag[] tags)
    {
        var labels = new List<KeyValuePair<string, string>>(tags.Length);
        foreach (var (name, value) in tags)
        {
            var text = value switch
            {
                null => "",
                string known => known,
                bool flag => flag ? "true" : "false",
                _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
            };
            // To Prometheus an empty label is none.
            if (text.Length > 0)
            {
                labels.Add(new(PrometheusName.Label(name), text));
            }
        }

        return labels;
    }

    private static IEnumerable<double> Advised(Instrument instrument) => instrument switch
    {
        Histogram<double> { Advice.HistogramBucketBoundaries: { } bounds } => bounds,
        Histogram<int> { Advice.HistogramBucketBoundaries: { } bounds } => bounds.Select(bound => (double)bound),
        Histogram<long> { Advice.HistogramBucketBoundaries: { } bounds } => bounds.Select(bound => (double)bound),
        _ => [],
    };

    private abstract class Reading
    {
        public abstract void Record(double value);

        public abstract MetricSample Read(IReadOnlyList<KeyValuePair<string, string>> labels);

        protected static void Add(ref double sum, double value)
        {
            var seen = Volatile.Read(ref sum);
            while (true)
            {
                var found = Interlocked.CompareExchange(ref sum, seen + value, seen);
                // A sum that has become NaN never equals itself.
                if (found.Equals(seen))
                {
                    return;
                }

                seen = found;
            }
        }
    }

    private sealed class Sum : Reading
    {
        private double _sum;

        public override void Record(double value) => Add(ref _sum, value);

        public override MetricSample Read(IReadOnlyList<KeyValuePair<string, string>> labels) => new(labels, Volatile.Read(ref _sum));
    }

    private sealed class Last : Reading
    {
        private double _last;

        public override void Record(double value) => Volatile.Write(ref _last, value);

        public override MetricSample Read(IReadOnlyList<KeyValuePair<string, string>> labels) => new(labels, Volatile.Read(ref _last));
    }

    private sealed class Histogram(double[] bounds) : Reading
    {
        private readonly long[] _counts = new long[bounds.Length + 1];
        private double _sum;

        public override void Record(double value)
        {
            // So few bounds are looked through faster than they are halved.
            var range = 0;
            while (range < bounds.Length && value > bounds[range])
            {
                range++;
            }

            Interlocked.Increment(ref _counts[range]);
            Add(ref _sum, value);
        }

        public override MetricSample Read(IReadOnlyList<KeyValuePair<string, string>> labels) => new(
            labels,
            0,
            new MetricHistogram(
                bounds, [.. Enumerable.Range(0, _counts.Length).Select(range => Volatile.Read(ref _counts[range]))], Volatile.Read(ref _sum)));
    }
}
