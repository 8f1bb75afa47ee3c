using System.Globalization;

namespace Mlops.Serving;

/// <summary>How a version did in an arm of an endpoint, as far as feedback says.</summary>
/// <param name="Predictions">Rows predicted.</param>
/// <param name="Labelled">Rows whose label is known.</param>
/// <param name="LabelledShare">Of the rows predicted.</param>
/// <param name="Unusable">Labels that are none of the model's classes, or no numbers; they are in no metric.</param>
/// <param name="Rewarded">Rows whose reward is known.</param>
/// <param name="MeanReward">Absent if none is.</param>
/// <param name="Metrics">Those that are defined: <c>accuracy</c>, <c>logLoss</c> and, of two classes, <c>brier</c> and <c>rocAuc</c> of the
/// positive one; or <c>rmse</c> and <c>mae</c>.</param>
public sealed record ArmPerformance(
    string Arm,
    string Model,
    int Version,
    long Predictions,
    long Labelled,
    double LabelledShare,
    long Unusable,
    long Rewarded,
    double? MeanReward,
    IReadOnlyDictionary<string, double> Metrics);

/// <summary>How the versions behind an endpoint did over a stretch of time.</summary>
/// <param name="MissingRecords">How many requests the log is known to lack.</param>
/// <param name="Gaps">In how many places it lacks some, or may.</param>
public sealed record PerformanceReport(IReadOnlyList<ArmPerformance> Arms, long MissingRecords, int Gaps);

/// <summary>Measures predictions against what became known of them.</summary>
/// <remarks>
/// Metrics are defined as in evaluations (those of scikit-learn; log loss clips at the smallest float32 step from 0 and 1). Reads the log
/// of the whole range; of each arm and version it keeps sums and a bounded sample of scores.
/// </remarks>
public sealed class LivePerformance(PredictionsWithFeedback predictions)
{
    public async Task<PerformanceReport> MeasureAsync(
        TenantId tenant, EndpointName endpoint, LogRange range, CancellationToken cancellationToken)
    {
        var arms = new SortedDictionary<(string Arm, string Model, int Version), ArmMeasure>();
        var (missing, gaps) = (0L, 0);
        await foreach (var (entry, outcomes) in predictions.ReadAsync(tenant, endpoint, range, cancellationToken))
        {
            if (entry is LogEntry.Missing(var gap))
            {
                missing += gap.Records ?? 0;
                gaps++;
            }
            else if (entry is LogEntry.Record record)
            {
                Add(arms, record.Read(), outcomes);
            }
        }

        return new PerformanceReport(
            [.. arms.Select(arm => arm.Value.Report(arm.Key.Arm, arm.Key.Model, arm.Key.Version))], missing, gaps);
    }

    private static void Add(
        SortedDictionary<(string Arm, string Model, int Version), ArmMeasure> arms,
        LoggedPrediction prediction,
        IReadOnlyDictionary<int, KnownOutcome> outcomes)
    {
        var key = (prediction.Arm, prediction.Model.Value, prediction.Version);
        if (!arms.TryGetValue(key, out var measure))
        {
            arms.Add(key, measure = new ArmMeasure());
        }

        for (var row = 0; row < prediction.Outputs.Count; row++)
        {
            measure.Add(prediction.Outputs[row], outcomes.GetValueOrDefault(row));
        }
    }

    internal static bool TryNumber(string label, out double value) =>
        double.TryParse(label, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && double.IsFinite(value);
}
