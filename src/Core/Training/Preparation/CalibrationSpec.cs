using Mlops.Registry;

namespace Mlops.Training;

/// <summary>How scores become probabilities that can be believed.</summary>
public enum CalibrationMethod { Isotonic, Platt }

/// <summary>A last step of the exported classifier, learned on predictions of rows that the model has not seen.</summary>
/// <param name="Method">Absent: probabilities stay as the learner has them.</param>
/// <param name="Threshold">A fixed probability of the positive class from which on it is predicted, for two classes.</param>
/// <param name="MaximizeMetric">The metric for which the threshold is chosen instead: <c>f1</c>, <c>balancedAccuracy</c>,
/// <c>accuracy</c> or <c>mcc</c>.</param>
/// <param name="Folds">How many parts the training rows are cut into to predict each from the others.</param>
public sealed record CalibrationSpec(
    CalibrationMethod? Method = null, double? Threshold = null, string? MaximizeMetric = null, int Folds = 5)
{
    /// <summary>The metrics that a threshold can be chosen for.</summary>
    public static IReadOnlyList<string> ThresholdMetrics { get; } = ["f1", "balancedAccuracy", "accuracy", "mcc"];

    internal IEnumerable<SpecError> Check(string path)
    {
        if (Method is null && Threshold is null && MaximizeMetric is null)
        {
            yield return new SpecError(path, "expected a method, a threshold or maximizeMetric");
        }

        if (Method is { } method && !Enum.IsDefined(method))
        {
            yield return new SpecError($"{path}.method", "expected one of isotonic, platt");
        }

        if (Folds is < 2 or > 20)
        {
            yield return new SpecError($"{path}.folds", "expected a whole number from 2 to 20");
        }

        if (Threshold is not (null or (> 0 and < 1)))
        {
            yield return new SpecError($"{path}.threshold", "expected a number over 0 and under 1");
        }

        if (MaximizeMetric is { } metric && !ThresholdMetrics.Contains(metric))
        {
            yield return new SpecError($"{path}.maximizeMetric", TrainingSpecCheck.OneOf(ThresholdMetrics));
        }

        if (Threshold is not null && MaximizeMetric is not null)
        {
            yield return new SpecError($"{path}.maximizeMetric", "the threshold is either fixed or chosen");
        }
    }

    /// <summary>What does not fit the task that the data gives.</summary>
    internal IEnumerable<SpecError> CheckAgainst(TaskType task, string path)
    {
        if (task is TaskType.Regression)
        {
            yield return new SpecError(path, "only classification has probabilities to calibrate");
        }
        else if (task is not TaskType.Binary && (Threshold is not null || MaximizeMetric is not null))
        {
            yield return new SpecError(
                $"{path}.{(Threshold is not null ? "threshold" : "maximizeMetric")}", "only two classes are told apart by a threshold");
        }
    }
}
