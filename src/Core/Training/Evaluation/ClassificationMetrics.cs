namespace Mlops.Training;

/// <summary>What class probabilities are worth. A row's prediction is its most probable class, the first of equals.</summary>
/// <remarks>
/// Precision, recall, F1 and Brier are of the last class, which is the positive one, and only for two classes; a ratio whose
/// denominator is 0 counts as 0, as in scikit-learn. Log loss clips probabilities to the smallest normal float32 step from 0 and 1.
/// </remarks>
public static class ClassificationMetrics
{
    /// <summary>scikit-learn clips at the resolution of the predictions' type; the exported model gives float32.</summary>
    private const double Clip = 1.1920929e-7;

    /// <summary>Counts by true class (outer) and predicted class (inner).</summary>
    /// <param name="probabilities">Row-major [rows, classes].</param>
    /// <param name="target">The class index of each row.</param>
    public static int[][] Confusion(double[] probabilities, double[] target, int classes)
    {
        var counts = new int[classes][];
        for (var k = 0; k < classes; k++)
        {
            counts[k] = new int[classes];
        }

        for (var row = 0; row < target.Length; row++)
        {
            var of = probabilities.AsSpan(row * classes, classes);
            var best = 0;
            for (var k = 1; k < classes; k++)
            {
                best = of[k] > of[best] ? k : best;
            }

            counts[(int)target[row]][best]++;
        }

        return counts;
    }

    public static IEnumerable<(string Name, double Value)> Compute(double[] probabilities, double[] target, int classes)
    {
        var confusion = Confusion(probabilities, target, classes);
        var recall = new double[classes];
        var precision = new double[classes];
        var f1 = new double[classes];
        var correct = 0;
        for (var k = 0; k < classes; k++)
        {
            var hits = confusion[k][k];
            correct += hits;
            recall[k] = Ratio(hits, confusion[k].Sum());
            precision[k] = Ratio(hits, confusion.Sum(row => row[k]));
            f1[k] = Ratio(2 * precision[k] * recall[k], precision[k] + recall[k]);
        }

        var present = Enumerable.Range(0, classes).Where(k => confusion[k].Sum() > 0).ToList();
        yield return ("accuracy", Ratio(correct, target.Length));
        yield return ("balancedAccuracy", present.Average(k => recall[k]));
        yield return ("f1Macro", f1.Average());
        yield return ("logLoss", LogLoss(probabilities, target, classes));
        if (classes is not 2)
        {
            yield return ("rocAuc", RocAuc.OneVersusRest(probabilities, target, classes));
            yield break;
        }

        var positive = new double[target.Length];
        double squared = 0;
        for (var row = 0; row < target.Length; row++)
        {
            positive[row] = probabilities[(row * 2) + 1];
            squared += (positive[row] - target[row]) * (positive[row] - target[row]);
        }

        yield return ("rocAuc", RocAuc.Compute(positive, Array.ConvertAll(target, label => label is 1)));
        yield return ("precision", precision[1]);
        yield return ("recall", recall[1]);
        yield return ("f1", f1[1]);
        yield return ("brier", squared / target.Length);
    }

    private static double LogLoss(double[] probabilities, double[] target, int classes)
    {
        double sum = 0;
        for (var row = 0; row < target.Length; row++)
        {
            sum -= Math.Log(Math.Clamp(probabilities[(row * classes) + (int)target[row]], Clip, 1 - Clip));
        }

        return sum / target.Length;
    }

    private static double Ratio(double part, double whole) => whole is 0 ? 0 : part / whole;
}
