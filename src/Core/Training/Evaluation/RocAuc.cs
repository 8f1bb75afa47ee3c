namespace Mlops.Training;

/// <summary>The area under the receiver operating characteristic, for those who need no other metric.</summary>
public static class RocAuc
{
    /// <param name="scores">A score per row; higher means more likely positive.</param>
    /// <param name="isPositive">Whether each row is positive.</param>
    /// <returns>0 to 1; NaN if all rows are of one class.</returns>
    public static double Compute(double[] scores, bool[] isPositive)
    {
        var counts = new int[scores.Length];
        counts.AsSpan().Fill(1);
        return new RankedScores(scores, row => isPositive[row]).Areas(counts, byRow: false).Roc;
    }

    /// <summary>The unweighted mean of each class's area against all others; NaN if a class has no row.</summary>
    /// <param name="probabilities">Row-major [rows, classes].</param>
    /// <param name="target">The class index of each row.</param>
    public static double OneVersusRest(double[] probabilities, double[] target, int classes)
    {
        double sum = 0;
        for (var k = 0; k < classes; k++)
        {
            var scores = new double[target.Length];
            for (var row = 0; row < scores.Length; row++)
            {
                scores[row] = probabilities[(row * classes) + k];
            }

            sum += Compute(scores, Array.ConvertAll(target, label => label == k));
        }

        return sum / classes;
    }
}
