namespace Mlops.Learning;

/// <summary>Rows dealt into folds of equal size, of each class alike.</summary>
internal static class StratifiedFolds
{
    /// <param name="target">The class index or value of each row.</param>
    /// <returns>The fold of each row.</returns>
    public static int[] Deal(double[] target, bool isClassification, int folds, DeterministicRandom random)
    {
        int[] rows = [.. Enumerable.Range(0, target.Length)];
        random.Shuffle(rows);
        if (isClassification)
        {
            // A stable sort: within a class the order stays random.
            rows = [.. rows.OrderBy(row => target[row])];
        }

        var fold = new int[target.Length];
        for (var i = 0; i < rows.Length; i++)
        {
            fold[rows[i]] = i % folds;
        }

        return fold;
    }
}
