using System.Buffers;
using System.Globalization;
using System.Text;

namespace Mlops.Http.Telemetry;

/// <summary>Metrics as text: Prometheus' format 0.0.4 or OpenMetrics 1.0.</summary>
internal static class ExpositionText
{
    public const string PrometheusType = "text/plain; version=0.0.4; charset=utf-8";

    public const string OpenMetrics = "application/openmetrics-text";

    public const string OpenMetricsType = OpenMetrics + "; version=1.0.0; charset=utf-8";

    public static void Write(IEnumerable<MetricFamily> families, bool asOpenMetrics, IBufferWriter<byte> output)
    {
        var text = new Lines(output);
        foreach (var family in families)
        {
            var sampleName = family.Kind is MetricKind.Counter ? family.Name + "_total" : family.Name;
            // OpenMetrics names a counter without the suffix that its samples have.
            var name = asOpenMetrics ? family.Name : sampleName;
            text.Add("# HELP ").Add(name).Add(" ").Add(Escape(family.Help, asOpenMetrics)).End();
            text.Add("# TYPE ").Add(name).Add(" ").Add(Word(family.Kind, asOpenMetrics)).End();
            foreach (var sample in family.Samples)
            {
                Write(text, sampleName, sample);
            }
        }

        if (asOpenMetrics)
        {
            text.Add("# EOF").End();
        }
    }

    private static void Write(Lines text, string name, MetricSample sample)
    {
        var labels = string.Join(',', sample.Labels.Select(label => $"{label.Key}=\"{Escape(label.Value, true)}\""));
        if (sample.Histogram is not { } histogram)
        {
            text.Add(name).AddLabels(labels).Add(sample.Value).End();
            return;
        }

        var (below, separator) = (0L, labels.Length > 0 ? "," : "");
        for (var range = 0; range < histogram.Counts.Count; range++)
        {
            below += histogram.Counts[range];
            // A decimal has no exponent, so that the label reads as people write it.
            var bound = range < histogram.Bounds.Count
                ? ((decimal)histogram.Bounds[range]).ToString("0.0##########", CultureInfo.InvariantCulture)
                : "+Inf";
            text.Add(name).Add("_bucket{").Add(labels).Add(separator).Add("le=\"").Add(bound).Add("\"} ").Add(below).End();
        }

        text.Add(name).Add("_sum").AddLabels(labels).Add(histogram.Sum).End();
        text.Add(name).Add("_count").AddLabels(labels).Add(below).End();
    }

    private static string Word(MetricKind kind, bool asOpenMetrics) => kind switch
    {
        MetricKind.Counter => "counter",
        MetricKind.Gauge => "gauge",
        MetricKind.Histogram => "histogram",
        _ => asOpenMetrics ? "unknown" : "untyped",
    };

    private static string Escape(string text, bool withQuotes)
    {
        var escaped = text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
        return withQuotes ? escaped.Replace("\"", "\\\"", StringComparison.Ordinal) : escaped;
    }

    private readonly struct Lines(IBufferWriter<byte> output)
    {
        public Lines Add(string text)
        {
            Encoding.UTF8.GetBytes(text, output);
            return this;
        }

        public Lines Add(long number)
        {
            var room = output.GetSpan(20);
            number.TryFormat(room, out var written, default, CultureInfo.InvariantCulture);
            output.Advance(written);
            return this;
        }

        public Lines Add(double number)
        {
            if (!double.IsFinite(number))
            {
                return Add(double.IsNaN(number) ? "NaN" : number > 0 ? "+Inf" : "-Inf");
            }

            // The longest that a double can be written is 24 bytes.
            var room = output.GetSpan(32);
            number.TryFormat(room, out var written, default, CultureInfo.InvariantCulture);
            output.Advance(written);
            return this;
        }

        public Lines AddLabels(string labels) => labels.Length is 0 ? Add(" ") : Add("{").Add(labels).Add("} ");

        public void End() => output.Write("\n"u8);
    }
}
