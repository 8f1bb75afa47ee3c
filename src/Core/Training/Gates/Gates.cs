using System.Globalization;
using Mlops.Registry;

namespace Mlops.Training;

/// <summary>The version that carries the alias now, scored on the candidate's held-out rows.</summary>
public sealed record Champion(int Version, IReadOnlyDictionary<string, double> Metrics);

/// <summary>Decides whether a candidate may carry an alias.</summary>
public static class Gates
{
    /// <param name="gates">The conditions; none means that everything passes.</param>
    /// <param name="candidate">The candidate's metrics on the held-out rows.</param>
    /// <param name="champion">Null if no version carries the alias; then there is nothing to be worse than.</param>
    public static GateVerdict Decide(
        IReadOnlyList<GateSpec> gates, IReadOnlyDictionary<string, double> candidate, Champion? champion)
    {
        var findings = gates.SelectMany(gate => Findings(gate, candidate, champion)).ToList();
        return new GateVerdict(findings.TrueForAll(finding => finding.Passed), findings);
    }

    private static IEnumerable<GateFinding> Findings(
        GateSpec gate, IReadOnlyDictionary<string, double> candidate, Champion? champion)
    {
        double? value = candidate.TryGetValue(gate.Metric, out var found) ? found : null;
        var detail = value is null ? "it is undefined on the held-out rows" : $"it is {Text(value.Value)}";
        if (gate.AtLeast is { } least)
        {
            yield return new GateFinding($"{gate.Metric} at least {Text(least)}", value >= least, detail);
        }

        if (gate.AtMost is { } most)
        {
            yield return new GateFinding($"{gate.Metric} at most {Text(most)}", value <= most, detail);
        }

        if (gate.ChampionMargin is { } margin)
        {
            yield return AgainstChampion(gate.Metric, margin, value, detail, champion);
        }
    }

    private static GateFinding AgainstChampion(string metric, double margin, double? value, string detail, Champion? champion)
    {
        var condition = $"{metric} worse than the champion's by at most {Text(margin)}";
        if (champion is null)
        {
            return new GateFinding(condition, true, $"{detail}; there is no champion yet");
        }

        if (value is null || !champion.Metrics.TryGetValue(metric, out var other))
        {
            return new GateFinding(condition, false, "it is undefined on the held-out rows");
        }

        var worse = MetricCatalog.Find(metric) is { HigherIsBetter: true } ? other - value.Value : value.Value - other;
        return new GateFinding(condition, worse <= margin, $"{detail}, that of version {champion.Version} on the same rows {Text(other)}");
    }

    private static string Text(double value) => value.ToString("0.######", CultureInfo.InvariantCulture);
}
