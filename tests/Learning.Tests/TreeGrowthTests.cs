using FsCheck;
using FsCheck.Fluent;

namespace Mlops.Learning;

public sealed class TreeGrowthTests
{
    private static readonly GrowthLimits Loose = new(31, int.MaxValue, 1, 0);

    [Fact]
    public void What_one_child_leaves_of_the_parents_histogram_is_the_other_child() => Prop.ForAll<int>(seed =>
    {
        // Whole numbers are summed without rounding, so that equal means equal.
        var random = new DeterministicRandom(seed);
        var column = Enumerable.Range(0, 200).Select(_ => (byte)random.NextInt(9)).ToArray();
        var gradients = Enumerable.Range(0, 200).Select(_ => (float)(random.NextInt(100) - 50)).ToArray();
        var isLeft = Enumerable.Range(0, 200).Select(_ => random.NextInt(3) is 0).ToArray();
        GradientSum[] Count(Func<int, bool> wanted)
        {
            var rows = Enumerable.Range(0, 200).Where(wanted).ToArray();
            var sums = new GradientSum[9];
            var derivatives = Array.ConvertAll(rows, row => gradients[row]);
            Histogram.Accumulate(column, rows, derivatives, Array.ConvertAll(derivatives, Math.Abs), sums);
            return sums;
        }

        var parent = Count(_ => true);
        Histogram.Subtract(parent, Count(row => isLeft[row]));

        return parent.SequenceEqual(Count(row => !isLeft[row]));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void The_split_found_is_the_best_of_all_splits() => Prop.ForAll<int>(seed =>
    {
        var random = new DeterministicRandom(seed);
        var bins = FeatureBins.Learn([1, 2, 3, 4, 5, 6, float.NaN], true, FeatureBins.MaxBins);
        var limits = new GrowthLimits(31, 9, 1 + random.NextInt(5), random.NextInt(3));
        var sums = Enumerable.Range(0, bins.Width)
            .Select(_ => random.NextInt(4) is 0
                ? default
                : new GradientSum(random.NextGaussian(), 0.1 + random.NextDouble(), 1 + random.NextInt(6)))
            .ToArray();
        var whole = sums.Aggregate((left, right) => left + right);

        var found = SplitSearch.Best(sums, bins, 0, whole, limits);

        double Gain(GradientSum left) => Math.Min(left.Count, (whole - left).Count) < limits.MinRows
            ? 0
            : left.Score(limits.L2) + (whole - left).Score(limits.L2) - whole.Score(limits.L2);
        var all = from count in Enumerable.Range(1, bins.Count)
                  let left = sums.Take(count).Aggregate((one, other) => one + other)
                  from sum in new[] { left, left + sums[^1] }
                  select Gain(sum);
        return Math.Abs(found.Gain - Math.Max(0, all.Max())) < 1e-9;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_stump_is_what_the_hand_computes()
    {
        // Targets 1, 1, 5, 9 around their mean 4: the best cut leaves {1, 1} and {5, 9}, gain 6²/2 + 6²/2, values −3 and 3, halved.
        var (matrix, columns) = Matrix([1, 2, 3, 4]);
        var grower = new TreeGrower(matrix, [0, 1, 2, 3], Loose with { MaxLeaves = 2 }, shrinkage: 0.5, threads: 1);

        var (tree, leaves) = grower.Grow([3, 3, -1, -5], [1, 1, 1, 1]);

        Assert.Equal([-1.5f, -1.5f, 1.5f, 1.5f], Enumerable.Range(0, 4).Select(row => tree.Score(columns, row)));
        Assert.Equal([2, 2], leaves.Select(leaf => leaf.Length));
        Assert.Equal(36, grower.Gains[0], 1e-9);
    }

    [Fact]
    public void Trees_keep_to_their_limits_and_leaves_hold_the_rows_that_reach_them() => Prop.ForAll<int>(seed =>
    {
        var random = new DeterministicRandom(seed);
        float[] Draw() => [.. Enumerable.Range(0, 300).Select(_ => random.NextInt(8) is 0 ? float.NaN : random.NextInt(40))];
        var (matrix, columns) = Matrix(Draw(), Draw(), Draw());
        var rows = Enumerable.Range(0, 300).Where(row => row % 5 is not 0).ToArray();
        var limits = new GrowthLimits(2 + random.NextInt(20), 1 + random.NextInt(5), 1 + random.NextInt(30), 1);
        var gradients = Enumerable.Range(0, 300).Select(_ => (float)random.NextGaussian()).ToArray();
        var hessians = Enumerable.Range(0, 300).Select(_ => 0.1f + (float)random.NextDouble()).ToArray();
        var grower = new TreeGrower(matrix, rows, limits, 1, 1);

        // The second tree must not see anything of the first.
        grower.Grow(hessians, hessians);
        var (tree, leaves) = grower.Grow(gradients, hessians);

        var reached = leaves.SelectMany(leaf => grower.Rows.Slice(leaf.Start, leaf.Length).ToArray().Select(row => (row, leaf))).ToArray();
        return leaves.Count <= Math.Min(limits.MaxLeaves, 1 << limits.MaxDepth)
            && tree.Leaves == leaves.Count
            && leaves.All(leaf => leaf.Length >= limits.MinRows || leaves.Count is 1)
            && reached.Select(pair => pair.row).Order().SequenceEqual(rows)
            && reached.All(pair => tree.Score(columns, pair.row) == pair.leaf.Value)
            && leaves.All(leaf => IsBest(leaf, grower.Rows.Slice(leaf.Start, leaf.Length).ToArray()));

        bool IsBest(GrownLeaf leaf, int[] members) =>
            Math.Abs(leaf.Value + (members.Sum(row => gradients[row]) / (members.Sum(row => (double)hessians[row]) + 1))) < 1e-5;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Missing_values_go_to_the_side_they_resemble()
    {
        var (matrix, columns) = Matrix([1, 2, 3, 4, float.NaN, float.NaN]);
        var grower = new TreeGrower(matrix, [0, 1, 2, 3, 4, 5], Loose with { MaxLeaves = 2 }, 1, 1);

        var (tree, _) = grower.Grow([-1, -1, 1, 1, -1, -1], [1, 1, 1, 1, 1, 1]);

        Assert.Equal([1, 1, -1, -1, 1, 1], Enumerable.Range(0, 6).Select(row => tree.Score(columns, row)));
    }

    [Fact]
    public void Whether_a_value_is_missing_can_be_all_that_matters()
    {
        var (matrix, columns) = Matrix([1, 2, float.NaN, float.NaN]);
        var grower = new TreeGrower(matrix, [0, 1, 2, 3], Loose with { MaxLeaves = 2 }, 1, 1);

        var (tree, _) = grower.Grow([-1, -1, 1, 1], [1, 1, 1, 1]);

        Assert.Equal([1, 1, -1, -1], Enumerable.Range(0, 4).Select(row => tree.Score(columns, row)));
    }

    [Theory]
    [InlineData(1, 3, 3, 3, -1)]
    [InlineData(1, 1, 1, 3, 1)]
    public void A_value_never_missing_in_training_goes_with_the_larger_side_when_it_is(float a, float b, float c, float d, float expected)
    {
        var (matrix, _) = Matrix([a, b, c, d]);
        float[] gradients = [.. new[] { a, b, c, d }.Select(value => value - 2)];

        var (tree, _) = new TreeGrower(matrix, [0, 1, 2, 3], Loose with { MaxLeaves = 2 }, 1, 1).Grow(gradients, [1, 1, 1, 1]);

        Assert.Equal(expected, tree.Score([[float.NaN]], 0));
    }

    private static (BinnedMatrix Matrix, float[][] Columns) Matrix(params float[][] columns) =>
        (BinnedMatrix.Build(columns, columns[0].Length, FeatureBins.MaxBins, new DeterministicRandom(0), 1), columns);
}
