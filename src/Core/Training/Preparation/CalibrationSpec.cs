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
    internal IEnumerable<SpecError> Check(string path)
    {
        if (Folds is < 2 or > 20)
        {
            yield return new SpecError($"{path}.folds", "expected a whole number from 2 to 20");
        }

        if (Threshold is not (null or (> 0 and < 1)))
        {
            yield return new SpecError($"{path}.threshold", "expected a number over 0 and under 1");
        }
    }
}
