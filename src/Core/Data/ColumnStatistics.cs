namespace Mlops.Data;

/// <summary>What is known of a column's values without reading them again.</summary>
/// <param name="Name">The column.</param>
/// <param name="Count">How many values are there, missing ones aside.</param>
/// <param name="Missing">How many are missing.</param>
/// <param name="Distinct">How many different texts the values have (1 and 1.0 are two).</param>
/// <param name="IsDistinctExact">Whether <paramref name="Distinct"/> is counted; otherwise it is estimated, standard error 1.6 %.</param>
/// <param name="Top">The up to 20 most frequent values, the most frequent first; empty for texts and where distinct is an estimate.</param>
/// <param name="Numbers">For columns kept as numbers: booleans as 0 and 1, timestamps as Unix seconds. Null if all are missing.</param>
public sealed record ColumnStatistics(
    string Name,
    long Count,
    long Missing,
    long Distinct,
    bool IsDistinctExact,
    IReadOnlyList<ValueCount> Top,
    NumberStatistics? Numbers = null);

/// <summary>How often a value occurs.</summary>
/// <param name="Value">As it stands in the file.</param>
public sealed record ValueCount(string Value, long Count);

/// <summary>Where the numbers of a column lie.</summary>
/// <param name="StandardDeviation">Of a sample (n − 1); 0 of a single value.</param>
/// <param name="AreQuantilesExact">Whether all values were ranked; otherwise an even sample of more than 1,024, in tables of up to 128
/// columns of more than 16,384, whose ranks are off by at most 5.1 % and 1.3 % with 99 % confidence each.</param>
public sealed record NumberStatistics(
    double Minimum, double Maximum, double Mean, double StandardDeviation, Quantiles Quantiles, bool AreQuantilesExact);

/// <summary>Seven quantiles, interpolated linearly between ranks as numpy does by default.</summary>
public sealed record Quantiles(double P01, double P05, double P25, double P50, double P75, double P95, double P99)
{
    /// <param name="sorted">At least one number, ascending.</param>
    public static Quantiles Of(ReadOnlySpan<double> sorted) => new(
        At(sorted, 0.01), At(sorted, 0.05), At(sorted, 0.25), At(sorted, 0.5), At(sorted, 0.75), At(sorted, 0.95), At(sorted, 0.99));

    private static double At(ReadOnlySpan<double> sorted, double share)
    {
        var rank = share * (sorted.Length - 1);
        var below = (int)rank;
        var above = Math.Min(below + 1, sorted.Length - 1);
        var part = rank - below;

        // Weighted, not by difference: two opposite values near the largest double must not overflow.
        return part is 0 ? sorted[below] : (sorted[below] * (1 - part)) + (sorted[above] * part);
    }
}
