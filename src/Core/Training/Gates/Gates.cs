using System.Globalization;
using Mlops.Registry;

namespace Mlops.Training;

/// <summary>Decides whether a candidate may carry an alias.</summary>
public static class Gates
{
    /// <summary>Asks every gate, whatever the others say.</summary>
    /// <param name="gates">The conditions, checked before; none means that everything passes.</param>
    /// <remarks>Equal evidence gives equal verdicts, on any number of threads.</remarks>
    public static GateVerdict Decide(IReadOnlyList<GateSpec> gates, GateEvidence evidence, CancellationToken cancellationToken)
    {
        var signature = evidence.Champion is { } champion
            ? SignatureCompatibility.Compare(champion.Version, champion.Signature, evidence.Signature)
            : null;
        var findings = gates.SelectMany(gate => Judge(gate, evidence, signature, cancellationToken)).Select(Bounded).ToList();
        return new GateVerdict(findings.TrueForAll(finding => finding.Passed), findings, signature);
    }

    /// <summary>Whether the version that carries the alias now has to be scored on the same rows.</summary>
    public static bool CompareWithChampion(this IEnumerable<GateSpec> gates) => gates.Any(gate => gate.ComparesWithChampion);

    /// <summary>The sizes of predictions whose latency some gate asks for.</summary>
    public static IEnumerable<int> LatencyRows(this IEnumerable<GateSpec> gates) =>
        gates.Where(gate => gate.Kind is GateKind.Latency).Select(gate => gate.Rows ?? 1).Distinct();

    /// <summary>A number for a person.</summary>
    internal static string Text(double value) => value.ToString("0.######", CultureInfo.InvariantCulture);

    internal static string Text(GateInterval interval) =>
        $"{Text(interval.Confidence * 100)} % interval {Text(interval.Low)} to {Text(interval.High)}";

    /// <summary>The names of groups that were too small, for a person.</summary>
    internal static string TooSmall(IReadOnlyCollection<string> names, int leastRows) => names.Count is 0
        ? ""
        : $"; too small to judge (under {leastRows} rows): {string.Join(", ", names.Take(5))}{(names.Count > 5 ? $" and {names.Count - 5} more" : "")}";

    private static IEnumerable<GateFinding> Judge(
        GateSpec gate, GateEvidence evidence, SignatureComparison? signature, CancellationToken cancellationToken) => gate.KindOrMetric switch
        {
            GateKind.Slice => SliceGate.Judge(gate, evidence, cancellationToken),
            GateKind.Fairness => FairnessGate.Judge(gate, evidence, cancellationToken),
            GateKind.Latency => [Latency(gate, evidence)],
            GateKind.Size => [Size(gate, evidence)],
            GateKind.Signature => [Signature(gate, signature)],
            _ => MetricGate.Judge(gate, evidence, cancellationToken),
        };

    private static GateFinding Latency(GateSpec gate, GateEvidence evidence)
    {
        var (rows, most) = (gate.Rows ?? 1, gate.P99Milliseconds!.Value);
        var figures = evidence.Latencies.First(known => known.Rows == rows);
        return new GateFinding(
            $"p99 of predictions of {rows} {(rows is 1 ? "row" : "rows")} at most {Text(most)} ms",
            figures.P99 <= most,
            $"it is {Text(figures.P99)} ms, the median {Text(figures.P50)} ms, in {figures.Calls} predictions where the model was trained",
            GateKind.Latency,
            figures.P99,
            most);
    }

    private static GateFinding Size(GateSpec gate, GateEvidence evidence) => new(
        FormattableString.Invariant($"model.onnx at most {gate.MaxBytes} bytes"),
        evidence.ModelBytes <= gate.MaxBytes,
        FormattableString.Invariant($"it has {evidence.ModelBytes}"),
        GateKind.Size,
        evidence.ModelBytes,
        gate.MaxBytes);

    private static GateFinding Signature(GateSpec gate, SignatureComparison? comparison)
    {
        var allowsAny = gate.Allow is SignatureAllowance.Any;
        var condition = allowsAny ? "any signature" : "a signature that breaks no caller";
        if (comparison is null)
        {
            return new GateFinding(condition, true, "there is no version to replace yet", GateKind.Signature);
        }

        var told = comparison.Changes.Where(change => change.Breaking || !comparison.Breaking).Select(change => change.What).ToList();
        var detail = told.Count is 0
            ? $"it is that of version {comparison.Version}"
            : $"{(comparison.Breaking ? "breaking" : "compatible")} with version {comparison.Version}: {string.Join("; ", told)}";
        return new GateFinding(condition, allowsAny || !comparison.Breaking, detail, GateKind.Signature);
    }

    /// <summary>A finding that fits its place in the version's row whatever columns and categories are called.</summary>
    private static GateFinding Bounded(GateFinding finding) => finding with
    {
        Gate = Cut(finding.Gate),
        Detail = Cut(finding.Detail),
        Groups = finding.Groups is null ? null : [.. finding.Groups.Take(GateVerdict.MaxGroups)],
    };

    private static string Cut(string text) => text.Length > GateVerdict.MaxText ? $"{text[..(GateVerdict.MaxText - 1)]}…" : text;
}
