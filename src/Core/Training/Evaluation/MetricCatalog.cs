using Mlops.Registry;

namespace Mlops.Training;

/// <summary>A number that says how good predictions are.</summary>
/// <param name="Name">camelCase, as it stands in specs, reports and runs.</param>
/// <param name="HigherIsBetter">The direction of good: perfect is 1 if higher is better, else 0.</param>
public sealed record EvaluationMetric(string Name, bool HigherIsBetter, IReadOnlyList<TaskType> Tasks)
{
    public bool AppliesTo(TaskType task) => Tasks.Contains(task);

    /// <summary>The share of a baseline's error that a model removes: 1 if it is perfect, 0 if it is no better, negative if worse.</summary>
    /// <returns>Null if the baseline has no error.</returns>
    public double? Improvement(double value, double baseline)
    {
        var perfect = HigherIsBetter ? 1 : 0;
        return baseline == perfect ? null : (value - baseline) / (perfect - baseline);
    }
}

/// <summary>The metrics that an evaluation reports.</summary>
public static class MetricCatalog
{
    private static readonly TaskType[] Classification = [TaskType.Binary, TaskType.Multiclass];
    private static readonly TaskType[] Binary = [TaskType.Binary];
    private static readonly TaskType[] Regression = [TaskType.Regression];

    public static IReadOnlyList<EvaluationMetric> All { get; } =
    [
        new("rocAuc", true, Classification),
        new("prAuc", true, Classification),
        new("accuracy", true, Classification),
        new("balancedAccuracy", true, Classification),
        new("precisionMacro", true, Classification),
        new("recallMacro", true, Classification),
        new("f1Macro", true, Classification),
        new("precisionWeighted", true, Classification),
        new("recallWeighted", true, Classification),
        new("f1Weighted", true, Classification),
        new("mcc", true, Classification),
        new("logLoss", false, Classification),
        new("ece", false, Classification),
        new("precision", true, Binary),
        new("recall", true, Binary),
        new("f1", true, Binary),
        new("brier", false, Binary),
        new("rmse", false, Regression),
        new("mae", false, Regression),
        new("r2", true, Regression),
        new("mape", false, Regression),
        new("pinball10", false, Regression),
        new("pinball50", false, Regression),
        new("pinball90", false, Regression),
        new("poissonDeviance", false, Regression),
    ];

    public static EvaluationMetric? Find(string name) => All.FirstOrDefault(metric => metric.Name == name);

    /// <summary>The metric that ranks models of this task: ROC AUC for classification, RMSE for regression.</summary>
    public static EvaluationMetric Headline(TaskType task) => All.First(metric => metric.AppliesTo(task));
}
