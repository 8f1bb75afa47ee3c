namespace Mlops.Http.Telemetry;

/// <summary>OpenTelemetry's names in Prometheus' alphabet.</summary>
/// <remarks>As the OpenTelemetry specification has it, "Prometheus and OpenMetrics Compatibility": dots become underscores and the
/// unit a suffix; a unit in braces is an annotation and is left out.</remarks>
internal static class PrometheusName
{
    /// <summary>Suffixes that belong to the parts of a histogram.</summary>
    private static readonly string[] Reserved = ["_count", "_sum", "_bucket"];

    /// <summary>The name of a metric, without the <c>_total</c> of counters.</summary>
    public static string Of(string name, string? unit)
    {
        var text = Label(name);
        var suffix = unit switch
        {
            "s" => "_seconds",
            "By" => "_bytes",
            _ => "",
        };
        return text.EndsWith(suffix, StringComparison.Ordinal) ? text : text + suffix;
    }

    public static string Label(string name) => name.Replace('.', '_').Replace('-', '_');

    public static bool HasReservedSuffix(string name) => Reserved.Any(suffix => name.EndsWith(suffix, StringComparison.Ordinal));
}
