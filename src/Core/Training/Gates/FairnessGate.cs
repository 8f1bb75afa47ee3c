using Mlops.Registry;

namespace Mlops.Training;

/// <summary>Judges whether a classifier treats the groups of a sensitive column alike.</summary>
/// <remarks>
/// Intervals come from a bootstrap within each group. The greatest of several differences is on average greater in resamples than in
/// the rows themselves, so that the interval of a small difference lies high: it errs on the side of the people concerned.
/// </remarks>
internal static class FairnessGate
{
    public static IEnumerable<GateFinding> Judge(GateSpec gate, GateEvidence evidence, CancellationToken cancellationToken)
    {
        var measure = gate.Measure!.Value;
        var isPositive = Array.ConvertAll(evidence.Target, label => label is 1);
        var cut = ValueGroups.Of(evidence.HeldOut[gate.Column!], gate.Bins);
        var judged = cut.Where(group => IsLargeEnough(group, gate, isPositive)).ToList();
        var tooSmall = Gates.TooSmall([.. cut.Except(judged).Select(group => group.Name)], gate.LeastRows);
        if (judged.Count < 2)
        {
            return Findings(gate, null, null, null, $"fewer than two groups can be judged{tooSmall}");
        }

        var isSelected = Array.ConvertAll(GateEvidence.Labels(evidence.Signature, evidence.Predictions), label => label is 1);
        var rates = new GroupRates(measure, judged, isSelected, isPositive);
        var resampling = gate.Resampling(evidence.Seed);
        var intervals = resampling.Intervals(rates.Strata, isSelected.Length, drawn => Figures(rates.Compare(drawn)), figures: 2, cancellationToken);
        var shares = rates.Shares;
        var groups = shares
            .Select(named => new GateGroup(named.Name, named.Share.Rows, named.Share.Value, named.Share.Wilson(resampling.Confidence)))
            .ToList();
        return Findings(gate, rates.Compare(drawn: null), intervals, groups, $"predicted positive: {Told(shares)}{tooSmall}");
    }

    private static IEnumerable<GateFinding> Findings(
        GateSpec gate,
        (double Difference, double Ratio)? found,
        GateInterval?[]? intervals,
        IReadOnlyList<GateGroup>? groups,
        string detail)
    {
        var measure = gate.Measure is FairnessMeasure.EqualizedOdds ? "equalised odds" : "demographic parity";
        var confidently = gate.Confidence is { } confidence ? $" with {Gates.Text(confidence * 100)} % confidence" : "";
        if (gate.MaxDifference is { } most)
        {
            var interval = intervals?[0];
            yield return Finding(
                $"{measure} difference by '{gate.Column}' at most {Gates.Text(most)}{confidently}",
                found?.Difference, interval, most, (gate.Confidence is null ? found?.Difference : interval?.High) <= most);
        }

        if (gate.MinRatio is { } least)
        {
            var interval = intervals?[1];
            yield return Finding(
                $"{measure} ratio by '{gate.Column}' at least {Gates.Text(least)}{confidently}",
                found?.Ratio, interval, least, (gate.Confidence is null ? found?.Ratio : interval?.Low) >= least);
        }

        GateFinding Finding(string condition, double? value, GateInterval? interval, double bound, bool passed) => new(
            condition,
            passed,
            value is null ? detail : $"it is {Gates.Text(value.Value)}{(interval is null ? "" : $", {Gates.Text(interval)}")}; {detail}",
            GateKind.Fairness,
            value,
            bound,
            interval,
            groups);
    }

    private static bool IsLargeEnough(RowGroup group, GateSpec gate, bool[] isPositive) =>
        group.Rows.Length >= gate.LeastRows
        && (gate.Measure is FairnessMeasure.DemographicParity
            || (group.Rows.Any(row => isPositive[row]) && group.Rows.Any(row => !isPositive[row])));

    private static double[] Figures((double Difference, double Ratio) found) => [found.Difference, found.Ratio];

    private static string Told(IReadOnlyList<(string Name, Share Share)> shares) =>
        $"least {Of(shares[0])}, most {Of(shares[^1])}";

    private static string Of((string Name, Share Share) named) =>
        FormattableString.Invariant($"{Gates.Text(named.Share.Value)} where {named.Name} ({named.Share.Rows} rows)");
}
