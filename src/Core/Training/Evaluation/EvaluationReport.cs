namespace Mlops.Training;

/// <summary>How good a model is, in the few numbers that travel between steps.</summary>
/// <param name="Rows">How many rows were scored.</param>
/// <param name="Metrics">The metrics of <see cref="MetricCatalog"/> for the task; one that is undefined on these rows is left out.</param>
/// <param name="Baseline">The same metrics of a model that always says what is most common, or the mean.</param>
public sealed record EvaluationSummary(
    int Rows, IReadOnlyDictionary<string, double> Metrics, IReadOnlyDictionary<string, double> Baseline);

/// <summary>How good a model is on rows it has not seen: all of it, kept with the version.</summary>
/// <param name="Headline">The metric that ranks models of this task.</param>
/// <param name="ConfusionMatrix">Rows by true class (outer) and predicted class (inner), in signature order; absent for regression.</param>
/// <param name="Improvement">By metric the share of the baseline's error that the model removes; left out where the baseline
/// has none, and for the calibration error, which a constant has none of by construction.</param>
/// <param name="Intervals">By metric, from a percentile bootstrap of the rows; empty if none was asked for.</param>
/// <param name="Confidence">Of the intervals.</param>
/// <param name="Resamples">How many resamples gave them.</param>
/// <param name="Classes">Each class against all others; empty for regression.</param>
/// <param name="Curves">Of two classes that of the positive one, of more up to ten of each class; empty for regression.</param>
/// <param name="Calibration">Bins with rows, in order; empty for regression.</param>
/// <param name="Residuals">For regression.</param>
/// <param name="Slices">Those asked for, or the worst found, worst first.</param>
/// <param name="SlicesTested">How many slices were looked at to find them.</param>
/// <param name="LeastSliceRows">Smaller slices were not looked at.</param>
/// <param name="CrossValidation">If asked for.</param>
/// <param name="LearningCurve">The loss as training went on, thinned out; empty if the learner did not say.</param>
/// <param name="Trials">The trials of the search that chose the model; empty if there was none.</param>
/// <param name="Importance">Of the features, on the rows that were scored; absent in reports of earlier versions.</param>
/// <param name="Notes">What the search chose and why, a sentence each; absent if there was none.</param>
public sealed record EvaluationReport(
    int Rows,
    IReadOnlyDictionary<string, double> Metrics,
    IReadOnlyDictionary<string, double> Baseline,
    string Headline,
    IReadOnlyDictionary<string, double> Improvement,
    IReadOnlyDictionary<string, Interval> Intervals,
    double Confidence,
    int Resamples,
    IReadOnlyList<ClassReport> Classes,
    IReadOnlyList<ClassCurves> Curves,
    IReadOnlyList<CalibrationBin> Calibration,
    IReadOnlyList<SliceReport> Slices,
    int SlicesTested,
    int LeastSliceRows,
    IReadOnlyList<LossPoint> LearningCurve,
    IReadOnlyList<TrialPoint> Trials,
    IReadOnlyList<IReadOnlyList<int>>? ConfusionMatrix = null,
    ResidualReport? Residuals = null,
    CrossValidationReport? CrossValidation = null,
    FeatureImportance? Importance = null,
    IReadOnlyList<string>? Notes = null)
{
    public EvaluationSummary Summary => new(Rows, Metrics, Baseline);
}

/// <summary>One class against all others.</summary>
/// <param name="Support">How many rows are truly of this class.</param>
/// <param name="RocAuc">Absent if all rows or none are of this class.</param>
/// <param name="PrAuc">Average precision; absent if no row is of this class.</param>
public sealed record ClassReport(
    string Name, int Support, double Precision, double Recall, double F1, double? RocAuc = null, double? PrAuc = null);

/// <param name="Roc">False positive rate and true positive rate, from (0, 0) to (1, 1).</param>
/// <param name="PrecisionRecall">Recall and precision, recall rising.</param>
public sealed record ClassCurves(string Name, IReadOnlyList<CurvePoint> Roc, IReadOnlyList<CurvePoint> PrecisionRecall);

/// <param name="Threshold">Where rows scoring at least this are called positive; absent for the point where none are.</param>
public sealed record CurvePoint(double X, double Y, double? Threshold = null);

/// <summary>Rows whose probability lies over <paramref name="Low"/> and at most at <paramref name="High"/>.</summary>
/// <param name="Predicted">The mean probability.</param>
/// <param name="Observed">How often it came true.</param>
public sealed record CalibrationBin(double Low, double High, int Rows, double Predicted, double Observed);

/// <summary>What is left of the truth when the prediction is taken away.</summary>
/// <param name="Mean">Positive if the model says too little.</param>
/// <param name="Edges">Of the histogram's bins, one more than there are counts.</param>
/// <param name="Sample">Rows drawn evenly, prediction and truth.</param>
public sealed record ResidualReport(
    double Mean, IReadOnlyList<double> Edges, IReadOnlyList<int> Counts, IReadOnlyList<PredictedValue> Sample);

public sealed record PredictedValue(double Predicted, double Actual);

/// <summary>The learner measured on folds of the training rows.</summary>
/// <param name="Metrics">By metric one value per fold and repeat; a metric that is undefined on some fold is left out.</param>
public sealed record CrossValidationReport(
    FoldKind Kind, int Folds, int Repeats, IReadOnlyDictionary<string, IReadOnlyList<double>> Metrics, string? Column = null);

/// <summary>The loss after some rounds or iterations.</summary>
public sealed record LossPoint(int Completed, double Loss);

/// <summary>One set of parameters that a search tried, as a report shows it.</summary>
/// <param name="Value">Of the first objective; absent if the trial did not get there.</param>
public sealed record TrialPoint(
    int Number, TrialState State, double? Value = null, IReadOnlyDictionary<string, HyperparameterValue>? Parameters = null);
