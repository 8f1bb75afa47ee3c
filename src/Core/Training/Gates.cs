namespace Mlops.Training;

/// <summary>What one gate said.</summary>
/// <param name="Condition">What was asked, in words: <c>rocAuc at least 0.95</c>.</param>
/// <param name="Value">The candidate's metric, if it is defined.</param>
public sealed record GateResult(string Condition, bool Passed, double? Value, string Explanation);

/// <summary>Whether a candidate may carry the alias, and why.</summary>
/// <param name="ChampionVersion">The version it was compared with, if there was one and a gate asked.</param>
public sealed record Verdict(bool Passed, IReadOnlyList<GateResult> Gates, int? ChampionVersion);

/// <summary>Decides whether a candidate may carry an alias.</summary>
public static class Gates
{
    /// <param name="gates">The conditions; none means that everything passes.</param>
    /// <param name="candidate">The candidate's metrics on the held-out rows.</param>
    /// <param name="champion">The metrics, on the same rows, of the version that carries the alias now; null if there is none.</param>
    public static Verdict Decide(
        IReadOnlyList<GateSpec> gates,
        IReadOnlyDictionary<string, double> candidate,
        (int Version, IReadOnlyDictionary<string, double> Metrics)? champion)
    {
        var results = gates.SelectMany(gate => Results(gate, candidate, champion?.Metrics)).ToList();
        return new Verdict(
            results.TrueForAll(result => result.Passed),
            results,
            gates.Any(gate => gate.ChampionMargin is not null) ? champion?.Version : null);
    }

    private static IEnumerable<GateResult> Results(
        GateSpec gate, IReadOnlyDictionary<string, double> candidate, IReadOnlyDictionary<string, double>? champion)
    {
        double? value = candidate.TryGetValue(gate.Metric, out var found) ? found : null;
        if (gate.AtLeast is { } least)
        {
            yield return Bound($"{gate.Metric} at least {Text(least)}", value >= least, value);
        }

        if (gate.AtMost is { } most)
        {
            yield return Bound($"{gate.Metric} at most {Text(most)}", value <= most, value);
        }

        if (gate.ChampionMargin is { } margin)
        {
            yield return AgainstChampion(gate.Metric, margin, value, champion);
        }
    }

    private static GateResult Bound(string condition, bool passed, double? value) =>
        new(condition, passed, value, value is null ? "The metric is undefined on the held-out rows." : $"It is {Text(value.Value)}.");

    private static GateResult AgainstChampion(
        string metric, double margin, double? value, IReadOnlyDictionary<string, double>? champion)
    {
        var condition = $"{metric} no worse than the champion's by more than {Text(margin)}";
        if (champion is null)
        {
            return new GateResult(condition, true, value, "There is no champion to compare with.");
        }

        if (value is null || !champion.TryGetValue(metric, out var other))
        {
            return new GateResult(condition, false, value, "The metric is undefined on the held-out rows.");
        }

        var worse = MetricCatalog.Find(metric) is { HigherIsBetter: true } ? other - value.Value : value.Value - other;
        return new GateResult(condition, worse <= margin, value, $"It is {Text(value.Value)}, the champion's {Text(other)}.");
    }

    private static string Text(double value) => value.ToString("0.######", System.Globalization.CultureInfo.InvariantCulture);
}
