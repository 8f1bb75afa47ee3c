using System.Globalization;
using Mlops.Explanations;
using Mlops.Registry;

namespace Mlops.Training;

/// <summary>How a model compares with one that knows only the target's distribution.</summary>
public enum BaselineVerdict { Better, Unclear, NotBetter }

/// <summary>What reports and model cards say in words.</summary>
internal static class ReportText
{
    private static readonly Dictionary<string, string> Labels = new(StringComparer.Ordinal)
    {
        ["rocAuc"] = "ROC AUC",
        ["prAuc"] = "Average precision",
        ["accuracy"] = "Accuracy",
        ["balancedAccuracy"] = "Balanced accuracy",
        ["precisionMacro"] = "Precision, macro",
        ["recallMacro"] = "Recall, macro",
        ["f1Macro"] = "F1, macro",
        ["precisionWeighted"] = "Precision, weighted",
        ["recallWeighted"] = "Recall, weighted",
        ["f1Weighted"] = "F1, weighted",
        ["mcc"] = "Matthews correlation",
        ["logLoss"] = "Log loss",
        ["ece"] = "Calibration error",
        ["precision"] = "Precision",
        ["recall"] = "Recall",
        ["f1"] = "F1",
        ["brier"] = "Brier score",
        ["rmse"] = "RMSE",
        ["mae"] = "Mean absolute error",
        ["r2"] = "R²",
        ["mape"] = "Mean absolute percentage error, as a share",
        ["pinball10"] = "Pinball loss, 10 %",
        ["pinball50"] = "Pinball loss, 50 %",
        ["pinball90"] = "Pinball loss, 90 %",
        ["poissonDeviance"] = "Poisson deviance",
    };

    public static string Label(string metric) => Labels.GetValueOrDefault(metric, metric);

    public static string TaskName(TaskType task) => task switch
    {
        TaskType.Binary => "binary classification",
        TaskType.Multiclass => "multiclass classification",
        _ => "regression",
    };

    /// <summary>Four significant digits: <c>0.9132</c>, <c>54.18</c>, <c>1.2e+08</c>.</summary>
    public static string Number(double value)
    {
        var size = Math.Abs(value);
        return size switch
        {
            0 => "0",
            < 1e-4 or >= 1e7 => value.ToString("0.##e+0", CultureInfo.InvariantCulture),
            < 1 => value.ToString("0.####", CultureInfo.InvariantCulture),
            < 10 => value.ToString("0.###", CultureInfo.InvariantCulture),
            < 100 => value.ToString("0.##", CultureInfo.InvariantCulture),
            < 1000 => value.ToString("0.#", CultureInfo.InvariantCulture),
            _ => value.ToString("#,0", CultureInfo.InvariantCulture),
        };
    }

    public static string Number(Interval interval) => $"{Number(interval.Low)} to {Number(interval.High)}";

    /// <summary>Whole percents, and finer ones near 0 and 100.</summary>
    public static string Percent(double share) =>
        (share * 100).ToString(share switch { > 0.99 and < 1 => "0.##", < 0.1 and > -0.1 => "0.#", _ => "0" }, CultureInfo.InvariantCulture)
        + " %";

    public static string Count(long count) => count.ToString("#,0", CultureInfo.InvariantCulture);

    /// <summary>Better only if all of the interval is; without an interval the value decides.</summary>
    public static BaselineVerdict Verdict(EvaluationReport report)
    {
        var metric = MetricCatalog.Find(report.Headline);
        if (metric is null
            || !report.Metrics.TryGetValue(report.Headline, out var value)
            || !report.Baseline.TryGetValue(report.Headline, out var baseline))
        {
            return BaselineVerdict.Unclear;
        }

        var sign = metric.HigherIsBetter ? 1 : -1;
        if (sign * (value - baseline) <= 0)
        {
            return BaselineVerdict.NotBetter;
        }

        var interval = report.Intervals.GetValueOrDefault(report.Headline);
        var worst = interval is null ? value : metric.HigherIsBetter ? interval.Low : interval.High;
        return sign * (worst - baseline) > 0 ? BaselineVerdict.Better : BaselineVerdict.Unclear;
    }

    /// <summary>The verdict in a sentence.</summary>
    public static string Sentence(EvaluationReport report)
    {
        var label = Label(report.Headline);
        return Verdict(report) switch
        {
            BaselineVerdict.NotBetter => $"No better than knowing only the target's distribution, by {label}.",
            BaselineVerdict.Unclear => $"Not shown to be better than knowing only the target's distribution: {label} may be chance.",
            _ when report.Improvement.TryGetValue(report.Headline, out var share) =>
                $"Removes {Percent(share)} of the error that a model knowing only the target's distribution makes, by {label}.",
            _ => $"Better than knowing only the target's distribution, by {label}.",
        };
    }

    /// <summary>What to be careful about, as the figures show it.</summary>
    public static IEnumerable<string> Cautions(EvaluationReport report)
    {
        const int FewRows = 200;
        const double Rare = 0.1;
        if (Verdict(report) is not BaselineVerdict.Better)
        {
            yield return Sentence(report);
        }

        if (report.Rows < FewRows)
        {
            yield return $"Only {report.Rows} rows were held out: every figure here is uncertain, as the intervals show.";
        }

        foreach (var rare in report.Classes.Where(of => of.Support < Rare * report.Rows / Math.Max(1, report.Classes.Count - 1)))
        {
            yield return $"Class '{rare.Name}' is rare ({Count(rare.Support)} of {Count(report.Rows)} rows): accuracy says little of it.";
        }

        foreach (var slice in report.Slices.Where(slice => slice.IsWorse))
        {
            yield return $"Worse where {Where(slice)}: the loss of a row is {Number(slice.Loss)}, elsewhere "
                + $"{Number(slice.LossElsewhere)} ({Count(slice.Rows)} rows).";
        }

        if (report.Metrics.TryGetValue("ece", out var error) && error > 0.1)
        {
            yield return $"Probabilities are off by {Percent(error)} on average: do not take them at their word without calibration.";
        }
    }

    /// <summary>What attributions of this scale add up to.</summary>
    public static string Unit(ExplanationScale scale) => scale switch
    {
        ExplanationScale.Value => "the predicted value",
        ExplanationScale.Probability => "the probability",
        _ => "the score before it becomes a probability or a value",
    };

    /// <summary>Empty for a feature that is not among those kept.</summary>
    public static string Attribution(MeanAttributions attributed, string feature) =>
        attributed.Features.TryGetValue(feature, out var mean) ? Number(mean) : "";

    public static string Where(SliceReport slice) => string.Join(" and ", slice.Conditions);
}
