using Mlops.Registry;

namespace Mlops.Training;

/// <summary>A condition on the exported model, measured on the held-out rows. Which fields belong to it follows from its kind.</summary>
/// <param name="Metric">Metrics and slices: a metric that the task has.</param>
/// <param name="AtLeast">Metrics and slices: the least value that passes.</param>
/// <param name="AtMost">Metrics and slices: the greatest value that passes.</param>
/// <param name="ChampionMargin">Metrics: how much worse than the version that carries the alias now it may be, both scored on the same
/// rows.</param>
/// <param name="Kind">What is looked at; a metric if absent.</param>
/// <param name="MinGain">Metrics: by more than this it must be better than the version that carries the alias now.</param>
/// <param name="Confidence">Metrics and fairness: if given, the estimate is not enough and the worse end of its interval of this
/// confidence must keep the bound. Over 0 and under 1.</param>
/// <param name="Resamples">Metrics and fairness: how many resamples give the interval, 100 to 10,000; 1,000 if absent.</param>
/// <param name="Columns">Slices: the columns whose values cut the rows; every feature if absent.</param>
/// <param name="MinRows">Slices and fairness: groups with fewer rows are named, not judged; 50 if absent.</param>
/// <param name="Column">Fairness: the sensitive column, a feature or not.</param>
/// <param name="Measure">Fairness: what is compared between the column's groups.</param>
/// <param name="MaxDifference">Fairness: the greatest difference between two groups that passes, 0 to 1.</param>
/// <param name="MinRatio">Fairness: the least ratio of the smallest to the greatest that passes, 0 to 1.</param>
/// <param name="Bins">Fairness: the inner edges that cut a column of numbers into groups, ascending; quartiles if absent.</param>
/// <param name="P99Milliseconds">Latency: what 99 of 100 predictions may take, in the process that trains.</param>
/// <param name="Rows">Latency: rows in one prediction, 1 to 10,000; one if absent.</param>
/// <param name="MaxBytes">Size: the greatest size of <c>model.onnx</c> that passes.</param>
/// <param name="Allow">Signature: what may have changed from the version that carries the alias now; only what breaks no caller if
/// absent.</param>
public sealed record GateSpec(
    string? Metric = null,
    double? AtLeast = null,
    double? AtMost = null,
    double? ChampionMargin = null,
    GateKind? Kind = null,
    double? MinGain = null,
    double? Confidence = null,
    int? Resamples = null,
    IReadOnlyList<string>? Columns = null,
    int? MinRows = null,
    string? Column = null,
    FairnessMeasure? Measure = null,
    double? MaxDifference = null,
    double? MinRatio = null,
    IReadOnlyList<double>? Bins = null,
    double? P99Milliseconds = null,
    int? Rows = null,
    long? MaxBytes = null,
    SignatureAllowance? Allow = null)
{
    /// <summary>The confidence of intervals that are shown and decide nothing.</summary>
    internal const double ShownConfidence = 0.95;

    private const int DefaultMinRows = 50;
    private const int DefaultResamples = 1_000;

    internal GateKind KindOrMetric => Kind ?? GateKind.Metric;

    /// <summary>Whether the version that carries the alias now has to be scored on the same rows.</summary>
    internal bool ComparesWithChampion => KindOrMetric is GateKind.Metric && (ChampionMargin is not null || MinGain is not null);

    internal int LeastRows => MinRows ?? DefaultMinRows;

    /// <param name="seed">All chance comes from it.</param>
    internal Resampling Resampling(int seed) => new(Resamples ?? DefaultResamples, Confidence ?? ShownConfidence, seed);
}

/// <summary>What is compared between groups of people.</summary>
public enum FairnessMeasure
{
    /// <summary>The share that is predicted positive.</summary>
    DemographicParity,

    /// <summary>The share predicted positive among those who are, and among those who are not; the worse of the two comparisons.</summary>
    EqualizedOdds,
}

/// <summary>What may differ from the signature of the version that would be replaced.</summary>
public enum SignatureAllowance { Compatible, Any }
