namespace Mlops.Training;

/// <summary>A metric that came out otherwise.</summary>
/// <param name="Recorded">The version's; absent if it has none of that name.</param>
/// <param name="Reproduced">Absent if it was not measured this time.</param>
public sealed record MetricDifference(string Metric, double? Recorded = null, double? Reproduced = null);

/// <summary>What came of training a version again.</summary>
/// <param name="Outcome"><c>identical</c> (the same bytes and the same metrics), <c>different</c> or <c>refused</c> (it could not be
/// trained again).</param>
/// <param name="SameModel">Whether <c>model.onnx</c> is the same, byte for byte.</param>
/// <param name="RecordedSha256">Of the version's model.</param>
/// <param name="ReproducedSha256">Of the one trained again; absent if none was.</param>
/// <param name="Metrics">The metrics that are not exactly the same.</param>
/// <param name="Environment">What was not as it was; also told where the result is identical all the same.</param>
/// <param name="Reason">Why it was refused.</param>
public sealed record ReproductionResult(
    string Outcome,
    bool SameModel,
    string RecordedSha256,
    string? ReproducedSha256,
    IReadOnlyList<MetricDifference> Metrics,
    IReadOnlyList<EnvironmentDifference> Environment,
    string? Reason = null)
{
    /// <param name="recorded">What the version says of itself.</param>
    /// <param name="recordedMetrics">Its metrics on the held-out rows.</param>
    /// <param name="sha256">Of the model trained again.</param>
    /// <param name="metrics">Its metrics on the same rows.</param>
    /// <param name="environment">What it was trained by.</param>
    public static ReproductionResult Compare(
        TrainingRecord recorded,
        IReadOnlyDictionary<string, double> recordedMetrics,
        string sha256,
        IReadOnlyDictionary<string, double> metrics,
        TrainingEnvironment environment)
    {
        var differences = recordedMetrics.Keys.Union(metrics.Keys)
            .Order(StringComparer.Ordinal)
            .Select(name => new MetricDifference(name, Find(recordedMetrics, name), Find(metrics, name)))
            .Where(difference => difference.Recorded != difference.Reproduced)
            .ToList();
        var isSame = sha256 == recorded.ModelSha256;
        return new ReproductionResult(
            isSame && differences.Count is 0 ? "identical" : "different",
            isSame,
            recorded.ModelSha256,
            sha256,
            differences,
            recorded.DifferencesFrom(environment));
    }

    /// <param name="recordedSha256">Of the version's model.</param>
    public static ReproductionResult Refused(string recordedSha256, string reason) =>
        new("refused", SameModel: false, recordedSha256, ReproducedSha256: null, [], [], reason);

    private static double? Find(IReadOnlyDictionary<string, double> metrics, string name) =>
        metrics.TryGetValue(name, out var value) ? value : null;
}
