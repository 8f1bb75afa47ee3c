namespace Mlops.Training;

/// <summary>
/// Which rows teach and which rows test. Both lists are ascending, together they are all usable rows, and no row is in both.
/// </summary>
public sealed record HoldOut(int[] Train, int[] Test)
{
    /// <summary>Draws the test rows at random, from each class in proportion if asked.</summary>
    /// <param name="target">The class index or value of each row; a row whose target is NaN is in neither part.</param>
    /// <param name="stratify">Whether the target is a class index whose shares are to be kept to within one row a class.</param>
    /// <remarks>
    /// Every class with at least two rows has at least one in each part. The same target, share and seed give the same rows.
    /// </remarks>
    public static HoldOut Draw(double[] target, double testShare, int seed, bool stratify)
    {
        var random = new DeterministicRandom(seed);
        var test = new List<int>();
        var train = new List<int>();
        var groups = Enumerable.Range(0, target.Length)
            .Where(row => !double.IsNaN(target[row]))
            .GroupBy(row => stratify ? target[row] : 0)
            .OrderBy(group => group.Key);
        foreach (var group in groups)
        {
            var rows = group.ToArray();
            random.Shuffle(rows);
            var held = (int)Math.Round(rows.Length * testShare, MidpointRounding.AwayFromZero);
            held = rows.Length < 2 ? 0 : Math.Clamp(held, 1, rows.Length - 1);
            test.AddRange(rows.AsSpan(0, held));
            train.AddRange(rows.AsSpan(held));
        }

        test.Sort();
        train.Sort();
        return new HoldOut([.. train], [.. test]);
    }
}
