using System.Globalization;

namespace Mlops.Tracking;

/// <summary>One measured value of a run.</summary>
/// <param name="Value">Any double, NaN and the infinities included.</param>
/// <param name="Timestamp">When it was measured, in Unix milliseconds.</param>
/// <param name="Step">Where in the training, such as the epoch; may be negative.</param>
public sealed record Metric(string Key, double Value, long Timestamp, long Step = 0)
{
    /// <summary>MLflow's order of a metric's history: by time, then step, then value; NaN sorts as zero.</summary>
    internal static Comparer<Metric> HistoryOrder { get; } = Comparer<Metric>.Create((left, right) =>
        Compare(left.Timestamp.CompareTo(right.Timestamp), left.Step.CompareTo(right.Step), left, right));

    /// <summary>MLflow's rule of which value a run shows: the one of the highest step, then time, then value; NaN counts as zero.</summary>
    internal bool IsLaterThan(Metric other) =>
        (Step, Timestamp, Rank(Value)).CompareTo((other.Step, other.Timestamp, Rank(other.Value))) > 0;

    /// <summary>Where in its history a point stands, as text; the reverse of <see cref="AtPlace"/>.</summary>
    internal string Place => string.Create(CultureInfo.InvariantCulture, $"{Timestamp}:{Step}:{BitConverter.DoubleToInt64Bits(Value)}");

    internal static Metric? AtPlace(string key, string place)
    {
        var parts = place.Split(':');
        return parts.Length is 3
            && long.TryParse(parts[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var timestamp)
            && long.TryParse(parts[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var step)
            && long.TryParse(parts[2], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var bits)
            ? new(key, BitConverter.Int64BitsToDouble(bits), timestamp, step)
            : null;
    }

    private static int Compare(int byTime, int byStep, Metric left, Metric right) =>
        byTime is not 0 ? byTime
        : byStep is not 0 ? byStep
        : (Rank(left.Value), double.IsNaN(left.Value)).CompareTo((Rank(right.Value), double.IsNaN(right.Value)));

    private static double Rank(double value) => double.IsNaN(value) ? 0 : value;
}

/// <summary>Points of one metric's history, ordered by time, step and value, no point twice; only an absent continuation ends it.</summary>
public sealed record MetricPage(IReadOnlyList<Metric> Metrics, string? Continuation);
