using Mlops.Registry;

namespace Mlops.Training;

/// <summary>Judges the worst slice: of all groups of rows with a common value of some column, the one where a metric is worst.</summary>
internal static class SliceGate
{
    public static IEnumerable<GateFinding> Judge(GateSpec gate, GateEvidence evidence, CancellationToken cancellationToken)
    {
        var columns = gate.Columns ?? [.. evidence.Signature.Features.Select(feature => feature.Name)];
        var slices = new List<(RowGroup Group, double Value)>();
        var tooSmall = new List<string>();
        foreach (var group in columns.SelectMany(column => ValueGroups.Of(evidence.HeldOut[column])))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (group.Rows.Length < gate.LeastRows)
            {
                tooSmall.Add(group.Name);
            }
            else if (MetricOf(gate.Metric!, evidence, group.Rows) is var value && double.IsFinite(value))
            {
                slices.Add((group, value));
            }
            else
            {
                tooSmall.Add($"{group.Name} (undefined there)");
            }
        }

        if (gate.AtLeast is { } least)
        {
            yield return Finding(
                $"{gate.Metric} at least {Gates.Text(least)} on every slice", least, slices.OrderBy(slice => slice.Value), value => value >= least);
        }

        if (gate.AtMost is { } most)
        {
            yield return Finding(
                $"{gate.Metric} at most {Gates.Text(most)} on every slice", most, slices.OrderByDescending(slice => slice.Value), value => value <= most);
        }

        GateFinding Finding(string condition, double bound, IEnumerable<(RowGroup Group, double Value)> worstFirst, Func<double, bool> holds)
        {
            var unjudged = Gates.TooSmall(tooSmall, gate.LeastRows);
            if (slices.Count is 0)
            {
                return new GateFinding(condition, false, $"no slice can be judged{unjudged}", GateKind.Slice, Bound: bound);
            }

            var ordered = worstFirst.ToList();
            var (worst, value) = ordered[0];
            return new GateFinding(
                condition,
                holds(value),
                $"worst of {slices.Count} slices: {worst.Name} with {Gates.Text(value)} on {worst.Rows.Length} rows{unjudged}",
                GateKind.Slice,
                value,
                bound,
                Groups: [.. ordered.Take(GateVerdict.MaxGroups).Select(slice => new GateGroup(slice.Group.Name, slice.Group.Rows.Length, slice.Value))]);
        }
    }

    private static double MetricOf(string metric, GateEvidence evidence, int[] rows) => Measure.Of(
        evidence.Signature,
        ResampledMetric.Take(evidence.Predictions, evidence.Signature.OutputWidth, rows),
        Array.ConvertAll(rows, row => evidence.Target[row])).Metrics().GetValueOrDefault(metric, double.NaN);
}
