using FsCheck;
using FsCheck.Fluent;

namespace Mlops.Learning;

public sealed class TreeGrowthTests
{
    private static readonly GrowthLimits Loose = new(31, int.MaxValue, 1, 0);

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(8)]
    public void What_one_child_leaves_of_the_parents_histogram_is_the_other_child(int columns) => Prop.ForAll<int>(seed =>
    {
        var random = new DeterministicRandom(seed);
        byte[] tile = [.. Enumerable.Range(0, (200 * columns) + Histogram.Overhang).Select(_ => (byte)random.NextInt(16))];
        var scale = new FixedPoint(200, 1_000, 200);
        var all = Enumerable.Range(0, 200).ToArray();
        var derivatives = Array.ConvertAll(all, _ => scale.Row((float)random.NextGaussian(), (float)random.NextDouble()));
        var isLeft = Array.ConvertAll(all, _ => random.NextInt(3) is 0);
        FixedSum[] Count(Func<int, bool> wanted)
        {
            var rows = all.Where(wanted).ToArray();
            var bins = new FixedSum[columns * Histogram.Stride];
            Histogram.Accumulate(tile, rows, Array.ConvertAll(rows, row => derivatives[row]), bins, columns);
            return bins;
        }

        var parent = Count(_ => true);
        var inLastColumn = parent[((columns - 1) * Histogram.Stride)..];
        var expected = Enumerable.Range(0, 16).Select(bin => all.Count(row => tile[(row * columns) + columns - 1] == bin));
        var counts = inLastColumn.Take(16).Select(scale.Count).ToArray();
        Histogram.Subtract(parent, Count(row => isLeft[row]));

        return counts.SequenceEqual(expected) && parent.SequenceEqual(Count(row => !isLeft[row]));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Sums_in_fixed_point_are_those_of_the_derivatives() => Prop.ForAll<int>(seed =>
    {
        var random = new DeterministicRandom(seed);
        var size = Math.Pow(10, random.NextInt(12) - 6);
        var gradients = Enumerable.Range(0, 300).Select(_ => (float)(random.NextGaussian() * size)).ToArray();
        var hessians = Enumerable.Range(0, 300).Select(_ => (float)(random.NextDouble() * size)).ToArray();
        var scale = new FixedPoint(300, gradients.Sum(value => Math.Abs((double)value)), hessians.Sum(value => (double)value));

        var sum = gradients.Zip(hessians, scale.Row).Aggregate(default(FixedSum), (total, row) => total + new FixedSum(row[0], row[1]));

        return scale.Count(sum) is 300
            && Math.Abs(scale.Gradient(sum) - gradients.Sum(value => (double)value)) < 1e-9 * size
            && Math.Abs(scale.Hessian(sum) - hessians.Sum(value => (double)value)) < 1e-9 * size;
    }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_split_found_is_the_best_of_all_splits(bool isBounded) => Prop.ForAll<int>(seed =>
    {
        var random = new DeterministicRandom(seed);
        var bins = FeatureBins.Learn([1, 2, 3, 4, 5, 6, float.NaN], new uint[7], true, FeatureBins.MaxBins);
        var limits = new GrowthLimits(31, 9, 1 + random.NextInt(5), random.NextInt(3))
        {
            L1 = random.NextInt(3) * 0.2,
            Monotone = isBounded ? [(sbyte)(random.NextInt(3) - 1)] : null,
        };
        var bounds = isBounded ? new ValueBounds(-0.3, 0.4) : ValueBounds.None;
        var rule = new LeafRule(limits, new FixedPoint(100, 100, 100));
        var sums = Enumerable.Range(0, bins.Width).Select(_ => Some(random.NextInt(6), rule.Scale, random)).ToArray();
        var whole = sums.Aggregate((left, right) => left + right);

        var found = SplitSearch.Best(sums, bins, 0, whole, bounds, rule);

        double Gain(FixedSum left)
        {
            var right = whole - left;
            var (leftValue, rightValue) = (rule.Value(left, bounds), rule.Value(right, bounds));
            return rule.Allows(left) && rule.Allows(right) && !((limits.Monotone?[0] ?? 0) * (rightValue - leftValue) < 0)
                ? rule.Score(left, leftValue) + rule.Score(right, rightValue) - rule.Score(whole, rule.Value(whole, bounds))
                : 0;
        }

        var all = from count in Enumerable.Range(1, bins.Count)
                  let left = sums.Take(count).Aggregate((one, other) => one + other)
                  where rule.Scale.Count(left) > 0
                  from sum in new[] { left, left + sums[^1] }
                  select Gain(sum);
        return Math.Abs(found.Gain - Math.Max(0, all.Max())) < 1e-9;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void The_division_of_categories_found_is_the_best_of_all_divisions() => Prop.ForAll<int>(seed =>
    {
        // Without smoothing the order is Fisher's, and the best cut of it is the best division there is.
        var random = new DeterministicRandom(seed);
        var bins = FeatureBins.OfCategories(6, true, true, FeatureBins.MaxBins);
        var limits = new GrowthLimits(31, 9, 1, 0) { CategorySmoothing = 0 };
        var rule = new LeafRule(limits, new FixedPoint(100, 100, 100));
        var sums = Enumerable.Range(0, bins.Width).Select(_ => Some(random.NextInt(6), rule.Scale, random)).ToArray();
        var whole = sums.Aggregate((left, right) => left + right);

        var found = SplitSearch.Best(sums, bins, 0, whole, ValueBounds.None, rule);

        var all = from set in Enumerable.Range(0, 1 << bins.Width)
                  let left = sums.Where((_, bin) => (set >> bin & 1) is 1).Aggregate(default(FixedSum), (one, other) => one + other)
                  where rule.Allows(left) && rule.Allows(whole - left)
                  select rule.Score(left) + rule.Score(whole - left) - rule.Score(whole);
        var best = all.DefaultIfEmpty(0).Max();
        var inSet = sums.Where((_, bin) => found.Categories?.Contains(bin) is true).Aggregate(default(FixedSum), (one, other) => one + other);
        return Math.Abs(found.Gain - Math.Max(0, best)) < 1e-9 && inSet == found.Left;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_stump_is_what_the_hand_computes()
    {
        // Targets 1, 1, 5, 9 around their mean 4: the best cut leaves {1, 1} and {5, 9}, gain 6²/2 + 6²/2, values −3 and 3, halved.
        var (matrix, columns) = Matrix([1, 2, 3, 4]);
        var grower = new TreeGrower(matrix, null, Loose with { MaxLeaves = 2 }, shrinkage: 0.5, threads: 1);

        var (tree, leaves) = grower.Grow(new float[] { 3, 3, -1, -5 }, Ones(4));

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
        var grower = new TreeGrower(matrix, null, limits, 1, 1);

        // The second tree must not see anything of the first.
        grower.Grow(hessians, hessians);
        var (tree, leaves) = grower.Grow(gradients, hessians, rows);

        var reached = leaves.SelectMany(leaf => grower.Rows.Slice(leaf.Start, leaf.Length).ToArray().Select(row => (row, leaf))).ToArray();
        return leaves.Count <= Math.Min(limits.MaxLeaves, 1 << limits.MaxDepth)
            && tree.Leaves == leaves.Count
            && leaves.All(leaf => leaf.Length >= limits.MinRows || leaves.Count is 1)
            && reached.Select(pair => pair.row).Order().SequenceEqual(rows)
            && reached.All(pair => tree.Score(columns, pair.row) == pair.leaf.Value)
            && tree.Nodes[0].Cover == rows.Length
            && leaves.All(leaf => IsBest(leaf, grower.Rows.Slice(leaf.Start, leaf.Length).ToArray()));

        bool IsBest(GrownLeaf leaf, int[] members) =>
            Math.Abs(leaf.Value + (members.Sum(row => gradients[row]) / (members.Sum(row => (double)hessians[row]) + 1))) < 1e-5;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Missing_values_go_to_the_side_they_resemble()
    {
        var (matrix, columns) = Matrix([1, 2, 3, 4, float.NaN, float.NaN]);
        var grower = new TreeGrower(matrix, null, Loose with { MaxLeaves = 2 }, 1, 1);

        var (tree, _) = grower.Grow(new float[] { -1, -1, 1, 1, -1, -1 }, Ones(6));

        Assert.Equal([1, 1, -1, -1, 1, 1], Enumerable.Range(0, 6).Select(row => tree.Score(columns, row)));
    }

    [Fact]
    public void Whether_a_value_is_missing_can_be_all_that_matters()
    {
        var (matrix, columns) = Matrix([1, 2, float.NaN, float.NaN]);
        var grower = new TreeGrower(matrix, null, Loose with { MaxLeaves = 2 }, 1, 1);

        var (tree, _) = grower.Grow(new float[] { -1, -1, 1, 1 }, Ones(4));

        Assert.Equal([1, 1, -1, -1], Enumerable.Range(0, 4).Select(row => tree.Score(columns, row)));
    }

    [Theory]
    [InlineData(1, 3, 3, 3, -1)]
    [InlineData(1, 1, 1, 3, 1)]
    public void A_value_never_missing_in_training_goes_with_the_larger_side_when_it_is(float a, float b, float c, float d, float expected)
    {
        var (matrix, _) = Matrix([a, b, c, d]);
        float[] gradients = [.. new[] { a, b, c, d }.Select(value => value - 2)];

        var (tree, _) = new TreeGrower(matrix, null, Loose with { MaxLeaves = 2 }, 1, 1).Grow(gradients, Ones(4));

        Assert.Equal(expected, tree.Score([[float.NaN]], 0));
    }

    [Fact]
    public void A_leaf_keeps_to_the_penalties_the_hand_computes()
    {
        // Left {3, 3}: −(6 − 1) / (2 + 2); right {−1, −5}: (6 − 1) / (2 + 2).
        var (matrix, columns) = Matrix([1, 2, 3, 4]);
        var grower = new TreeGrower(matrix, null, Loose with { MaxLeaves = 2, L1 = 1, L2 = 2 }, 1, 1);

        var (tree, _) = grower.Grow(new float[] { 3, 3, -1, -5 }, Ones(4));

        Assert.Equal([-1.25f, -1.25f, 1.25f, 1.25f], Enumerable.Range(0, 4).Select(row => tree.Score(columns, row)));
        Assert.Equal(5 * 5 / 4.0 * 2, grower.Gains[0], 1e-9);
    }

    [Theory]
    [InlineData(17.9, 2)]
    [InlineData(18.1, 1)]
    public void A_split_that_gains_less_than_asked_is_not_made(double asked, int leaves)
    {
        var (matrix, _) = Matrix([1, 2, 3, 4]);

        var grown = new TreeGrower(matrix, null, Loose with { MaxLeaves = 2, MinGain = asked }, 1, 1)
            .Grow(new float[] { 3, 3, -1, -5 }, Ones(4));

        Assert.Equal(leaves, grown.Leaves.Count);
    }

    [Fact]
    public void Leaves_too_light_are_not_made()
    {
        var (matrix, _) = Matrix([1, 2, 3, 4]);

        var grown = new TreeGrower(matrix, null, Loose with { MinHessian = 2.5 }, 1, 1).Grow(new float[] { 3, 3, -1, -5 }, Ones(4));

        Assert.Single(grown.Leaves);
    }

    [Fact]
    public void Rows_counted_by_weight_are_what_a_node_covers()
    {
        var (matrix, _) = Matrix([1, 2, 3, 4]);

        var (tree, _) = new TreeGrower(matrix, [0.5, 1, 2, 4], Loose with { MaxLeaves = 2 }, 1, 1)
            .Grow(new float[] { 3, 3, -1, -5 }, Ones(4));

        Assert.Equal([7.5f, 1.5f, 6f], tree.Nodes.Select(node => node.Cover));
    }

    [Fact]
    public void Many_rows_are_parted_in_blocks_as_they_are_at_once() => Prop.ForAll<int>(seed =>
    {
        var random = new DeterministicRandom(seed);
        var values = Enumerable.Range(0, 100_000).Select(_ => (float)random.NextInt(50)).ToArray();
        var (matrix, _) = Matrix(values);
        int[] rows = [.. Enumerable.Range(0, values.Length)];
        var goesLeft = Enumerable.Range(0, Histogram.Stride).Select(_ => (byte)random.NextInt(2)).ToArray();

        var left = RowPartition.Run(rows, new int[rows.Length], matrix, 0, goesLeft, threads: 2);

        bool GoesLeft(int row) => goesLeft[matrix.Bin(0, row)] is 1;
        return left == Enumerable.Range(0, rows.Length).Count(GoesLeft)
            && rows.SequenceEqual(Enumerable.Range(0, rows.Length).OrderBy(row => GoesLeft(row) ? 0 : 1));
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(5));

    private static float[] Ones(int count) => [.. Enumerable.Repeat(1f, count)];

    private static FixedSum Some(int rows, FixedPoint scale, DeterministicRandom random) => Enumerable.Range(0, rows)
        .Select(_ => scale.Row((float)random.NextGaussian(), 0.1f + (float)random.NextDouble()))
        .Aggregate(default(FixedSum), (sum, row) => sum + new FixedSum(row[0], row[1]));

    private static (BinnedMatrix Matrix, float[][] Columns) Matrix(params float[][] columns) => (
        BinnedMatrix.Build(
            TreeColumns.Of(LazyColumns.Of(columns)), new int[columns.Length], columns[0].Length, FeatureBins.MaxBins, new DeterministicRandom(0), 1),
        columns);
}
