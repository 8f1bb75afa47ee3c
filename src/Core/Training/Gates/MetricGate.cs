using Mlops.Registry;

namespace Mlops.Training;

/// <summary>Judges a metric by itself and against the champion's on the same rows.</summary>
/// <remarks>
/// The gain over the champion is positive where the candidate is better, whichever direction the metric has. Its interval comes from
/// a paired bootstrap: both models are measured on the same resamples, so that what makes rows hard for both cancels out. With
/// a confidence the interval's low end decides, without one the gain itself.
/// </remarks>
internal static class MetricGate
{
    public static IEnumerable<GateFinding> Judge(GateSpec gate, GateEvidence evidence, CancellationToken cancellationToken)
    {
        var metric = gate.Metric!;
        var whole = Measure.Of(evidence.Signature, evidence.Predictions, evidence.Target).Metrics();
        double? value = whole.TryGetValue(metric, out var found) ? found : null;
        var detail = value is null ? "it is undefined on the held-out rows" : $"it is {Gates.Text(value.Value)}";
        if (gate.AtLeast is { } least)
        {
            yield return new GateFinding(
                $"{metric} at least {Gates.Text(least)}", value >= least, detail, GateKind.Metric, value, least);
        }

        if (gate.AtMost is { } most)
        {
            yield return new GateFinding($"{metric} at most {Gates.Text(most)}", value <= most, detail, GateKind.Metric, value, most);
        }

        if (!gate.ComparesWithChampion)
        {
            yield break;
        }

        var gain = value is null ? null : Gain.Over(gate, evidence, value.Value, cancellationToken);
        if (gate.ChampionMargin is { } margin)
        {
            yield return Against(
                $"{metric} worse than the champion's by at most {Gates.Text(margin)}", gate, evidence, detail, gain, -margin, low => low >= -margin);
        }

        if (gate.MinGain is { } least2)
        {
            yield return Against(
                $"{metric} better than the champion's by more than {Gates.Text(least2)}", gate, evidence, detail, gain, least2, low => low > least2);
        }
    }

    private static GateFinding Against(
        string condition, GateSpec gate, GateEvidence evidence, string detail, Gain? gain, double bound, Func<double, bool> holds)
    {
        if (gate.Confidence is { } confidence)
        {
            condition = $"{condition} with {Gates.Text(confidence * 100)} % confidence";
        }

        if (evidence.Champion is not { } champion)
        {
            return new GateFinding(condition, true, $"{detail}; there is no champion yet", GateKind.Metric);
        }

        if (gain is null)
        {
            var reason = champion.Predictions is null
                ? $"version {champion.Version} cannot score the held-out rows"
                : "it is undefined on the held-out rows";
            return new GateFinding(condition, false, $"{detail}; {reason}", GateKind.Metric, Bound: bound);
        }

        var interval = gain.Interval is { } known ? Gates.Text(known) : "it has no interval, for too few resamples define it";
        var test = gain.Test is { } mcNemar
            ? $"; right alone on {mcNemar.OnlyCandidate} rows, the champion on {mcNemar.OnlyChampion}, McNemar p {Gates.Text(mcNemar.ExactP())}"
            : "";
        var passes = gate.Confidence is null ? holds(gain.Value) : gain.Interval is { } decides && holds(decides.Low);
        return new GateFinding(
            condition,
            passes,
            $"{detail}, that of version {champion.Version} on the same rows {Gates.Text(gain.Champion)}; gain {Gates.Text(gain.Value)}, {interval}{test}",
            GateKind.Metric,
            gain.Value,
            bound,
            gain.Interval);
    }

    /// <summary>How much better the candidate is than the champion.</summary>
    private sealed record Gain(double Value, double Champion, GateInterval? Interval, McNemar? Test)
    {
        /// <returns>Null if there is no champion, it cannot score these rows, or the metric is undefined for it.</returns>
        public static Gain? Over(GateSpec gate, GateEvidence evidence, double value, CancellationToken cancellationToken)
        {
            var metric = gate.Metric!;
            if (evidence.Champion is not { Predictions: { } predictions } champion
                || !Measure.Of(champion.Signature, predictions, evidence.Target).Metrics().TryGetValue(metric, out var other))
            {
                return null;
            }

            var sign = MetricCatalog.Find(metric) is { HigherIsBetter: true } ? 1 : -1;
            var candidates = new ResampledMetric(metric, evidence.Signature, evidence.Predictions, evidence.Target);
            var champions = new ResampledMetric(metric, champion.Signature, predictions, evidence.Target);
            var rows = evidence.Target.Length;
            var intervals = gate.Resampling(evidence.Seed).Intervals(
                [[.. Enumerable.Range(0, rows)]],
                rows,
                drawn => [sign * (candidates.Of(drawn) - champions.Of(drawn))],
                figures: 1,
                cancellationToken);
            return new Gain(
                sign * (value - other),
                other,
                intervals[0],
                metric is "accuracy" ? McNemar.Of(Right(evidence.Signature, evidence.Predictions), Right(champion.Signature, predictions)) : null);

            bool[] Right(ModelSignature signature, double[] of) =>
                [.. GateEvidence.Labels(signature, of).Zip(evidence.Target, (label, truth) => label == (int)truth)];
        }
    }
}
