namespace Mlops.Training;

/// <summary>The area under the receiver operating characteristic.</summary>
/// <remarks>
/// Computed as the Mann–Whitney statistic with mid-ranks for ties (Hanley and McNeil 1982): the chance that a random positive
/// scores above a random negative, ties counting half.
/// </remarks>
public static class RocAuc
{
    /// <param name="scores">A score per row; higher means more likely positive.</param>
    /// <param name="isPositive">Whether each row is positive.</param>
    /// <returns>0 to 1; NaN if all rows are of one class.</returns>
    public static double Compute(ReadOnlySpan<double> scores, ReadOnlySpan<bool> isPositive)
    {
        var order = new int[scores.Length];
        var sorted = scores.ToArray();
        for (var i = 0; i < order.Length; i++)
        {
            order[i] = i;
        }

        Array.Sort(sorted, order);
        double positives = 0;
        double rankSum = 0;
        for (var start = 0; start < sorted.Length;)
        {
            var end = start + 1;
            while (end < sorted.Length && sorted[end] == sorted[start])
            {
                end++;
            }

            // Ranks are start+1 … end; tied rows share their mean.
            var midRank = (start + 1 + end) / 2.0;
            for (var i = start; i < end; i++)
            {
                if (isPositive[order[i]])
                {
                    positives++;
                    rankSum += midRank;
                }
            }

            start = end;
        }

        var negatives = sorted.Length - positives;
        return positives is 0 || negatives is 0
            ? double.NaN
            : (rankSum - (positives * (positives + 1) / 2)) / (positives * negatives);
    }

    /// <summary>The unweighted mean of each class's area against all others; NaN if a class has no row.</summary>
    /// <param name="probabilities">Row-major [rows, classes].</param>
    /// <param name="target">The class index of each row.</param>
    public static double OneVersusRest(ReadOnlySpan<double> probabilities, ReadOnlySpan<double> target, int classes)
    {
        var scores = new double[target.Length];
        var positive = new bool[target.Length];
        double sum = 0;
        for (var k = 0; k < classes; k++)
        {
            for (var row = 0; row < target.Length; row++)
            {
                scores[row] = probabilities[(row * classes) + k];
                positive[row] = target[row] == k;
            }

            sum += Compute(scores, positive);
        }

        return sum / classes;
    }
}
