using Mlops.Registry;

namespace Mlops.Training;

/// <summary>Measures predictions against the truth.</summary>
public static class Evaluation
{
    /// <param name="signature">What was predicted, and for classes their order and the decision threshold.</param>
    /// <param name="predictions">Row-major [rows, output width]: probabilities or values.</param>
    /// <param name="target">The true class index or value of each row.</param>
    /// <param name="trainingTarget">The targets learned from: what the baseline knows.</param>
    public static EvaluationSummary Evaluate(
        ModelSignature signature, double[] predictions, double[] target, double[] trainingTarget) => new(
            target.Length,
            Measure.Of(signature, predictions, target).Metrics(),
            Measure.Of(signature with { DecisionThreshold = null }, Baseline(signature, target.Length, trainingTarget), target).Metrics());

    /// <summary>Rows by true class (outer) and predicted class (inner).</summary>
    public static int[][] Confusion(ModelSignature signature, double[] probabilities, double[] target)
    {
        var classes = signature.Classes.Count;
        var counts = new int[classes][];
        for (var k = 0; k < classes; k++)
        {
            counts[k] = new int[classes];
        }

        for (var row = 0; row < target.Length; row++)
        {
            var predicted = ClassificationMeasure.Predicted(probabilities.AsSpan(row * classes, classes), signature.DecisionThreshold);
            counts[(int)target[row]][predicted]++;
        }

        return counts;
    }

    /// <summary>How wrong each row's prediction is: its log loss or squared error.</summary>
    public static double[] Losses(ModelSignature signature, double[] predictions, double[] target)
    {
        var losses = new double[target.Length];
        for (var row = 0; row < losses.Length; row++)
        {
            losses[row] = signature.Task is TaskType.Regression
                ? (target[row] - predictions[row]) * (target[row] - predictions[row])
                : ClassificationMeasure.Loss(predictions[(row * signature.Classes.Count) + (int)target[row]]);
        }

        return losses;
    }

    /// <summary>The same for every row: the mean, or how common each class is.</summary>
    private static double[] Baseline(ModelSignature signature, int rows, double[] trainingTarget)
    {
        var constant = new double[signature.OutputWidth];
        if (signature.Task is TaskType.Regression)
        {
            constant[0] = trainingTarget.Average();
        }
        else
        {
            foreach (var label in trainingTarget)
            {
                constant[(int)label] += 1.0 / trainingTarget.Length;
            }
        }

        var predictions = new double[rows * constant.Length];
        for (var row = 0; row < rows; row++)
        {
            constant.CopyTo(predictions, row * constant.Length);
        }

        return predictions;
    }
}
