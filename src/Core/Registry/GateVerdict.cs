namespace Mlops.Registry;

/// <summary>What a gate looks at.</summary>
public enum GateKind { Metric, Slice, Fairness, Latency, Size, Signature }

/// <summary>Where a measured value lies with a stated confidence.</summary>
/// <param name="Confidence">Over 0 and under 1; two-sided.</param>
public sealed record GateInterval(double Low, double High, double Confidence);

/// <summary>Some of the held-out rows that were judged by themselves.</summary>
/// <param name="Name">As <c>region = north</c>.</param>
/// <param name="Value">What was measured on them; absent if they could not be judged.</param>
/// <param name="Interval">Of the value, where it is a share.</param>
public sealed record GateGroup(string Name, int Rows, double? Value = null, GateInterval? Interval = null);

/// <summary>What one gate found.</summary>
/// <param name="Detail">The figures compared, for a person; at most <see cref="GateVerdict.MaxText"/> characters.</param>
/// <param name="Value">What was measured and judged: a metric, a gain over the champion (positive is better), a difference or ratio
/// between groups, milliseconds or bytes; absent if it is undefined.</param>
/// <param name="Bound">What it was held against, in the same unit.</param>
/// <param name="Groups">The groups judged, at most <see cref="GateVerdict.MaxGroups"/>: slices worst first, shares predicted positive
/// smallest first.</param>
public sealed record GateFinding(
    string Gate,
    bool Passed,
    string Detail,
    GateKind? Kind = null,
    double? Value = null,
    double? Bound = null,
    GateInterval? Interval = null,
    IReadOnlyList<GateGroup>? Groups = null);

/// <summary>What the gates said of a version: it passed if every one did.</summary>
/// <remarks>
/// It is kept in the version's row and travels in messages, so its parts are bounded: 20 gates give at most 80 findings of two
/// short texts and ten groups, 128 KiB in the worst case and 2 KiB in the usual one.
/// </remarks>
/// <param name="Replaces">How the signature differs from that of the version it would take the alias from; absent if there is none.</param>
public sealed record GateVerdict(bool Passed, IReadOnlyList<GateFinding> Findings, SignatureComparison? Replaces = null)
{
    public const int MaxText = 400;
    public const int MaxGroups = 10;

    internal IEnumerable<string> Failures =>
        Findings.Where(finding => !finding.Passed).Select(finding => $"{finding.Gate} ({finding.Detail})");
}
