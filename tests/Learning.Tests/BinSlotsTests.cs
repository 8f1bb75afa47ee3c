using FsCheck;
using FsCheck.Fluent;

namespace Mlops.Learning;

public sealed class BinSlotsTests
{
    private const int Rows = 2_000;
    private const int Levels = 300;

    [Fact]
    public void Columns_of_a_one_hot_category_share_a_slot_for_every_255_of_them() =>
        Assert.Equal([1, 255, Levels - 255], Slots(Matrix(Columns(seed: 1))));

    [Fact]
    public void A_column_that_shares_a_slot_has_the_bins_of_its_zeros_and_ones() => Prop.ForAll<int>(seed =>
    {
        var columns = Columns(seed);
        var (shared, apart) = (Matrix(columns), Matrix(TreeColumns.Of(columns.Columns)));
        return shared.Usable.SequenceEqual(apart.Usable) && shared.Usable.All(column =>
            shared.Columns[column].Edges.SequenceEqual(apart.Columns[column].Edges)
            && Enumerable.Range(0, Rows).All(row => shared.Bin(column, row) == apart.Bin(column, row)
                && shared.BinOf(column, shared.Stored(column)[row]) == apart.Bin(column, row)));
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(5));

    [Fact]
    public void The_same_tree_grows_whether_columns_share_slots_or_not() => Prop.ForAll<int>(seed =>
    {
        var columns = Columns(seed);
        var (shared, apart) = (Grow(Matrix(columns), seed), Grow(Matrix(TreeColumns.Of(columns.Columns)), seed));
        return shared.Leaves.Count > 10 && shared.Tree.Nodes.SequenceEqual(apart.Tree.Nodes) && shared.Leaves.SequenceEqual(apart.Leaves);
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(5));

    [Fact]
    public void The_same_tree_grows_whatever_histograms_must_be_counted_again()
    {
        // 2,000 rows leave room for the histograms of three leaves only, 128 times as many for those of all 31. Whole numbers and a power
        // of two: sums are the same but for their scale.
        var columns = Columns(seed: 3);
        var few = Grow(Matrix(columns), seed: 3);
        var many = Grow(Matrix(columns, copies: 128), seed: 3, copies: 128);

        Assert.Equal(31, few.Leaves.Count);
        Assert.Equal(
            few.Tree.Nodes.Select(node => (node.Column, node.Bin, node.Left, node.Value)),
            many.Tree.Nodes.Select(node => (node.Column, node.Bin, node.Left, node.Value)));
    }

    private static GrownTree Grow(BinnedMatrix matrix, int seed, int copies = 1)
    {
        var random = new DeterministicRandom(seed + 1);
        float[] gradients = [.. Enumerable.Range(0, Rows).Select(_ => (float)(random.NextInt(21) - 10))];
        float[] repeated = [.. Enumerable.Range(0, copies).SelectMany(_ => gradients)];
        float[] ones = [.. Enumerable.Repeat(1f, repeated.Length)];
        return new TreeGrower(matrix, null, new GrowthLimits(31, int.MaxValue, copies, 0), 1, threads: 2).Grow(repeated, ones);
    }

    private static int[] Slots(BinnedMatrix matrix) => [.. Enumerable.Range(0, matrix.Slots.Count).Select(slot => matrix.Slots[slot].Length)];

    private static BinnedMatrix Matrix(TreeColumns columns, int copies = 1)
    {
        var repeated = copies is 1
            ? columns
            : new TreeColumns(
                [.. columns.Columns.Select<LazyColumn, LazyColumn>(column => (start, values) =>
                {
                    for (var i = 0; i < values.Length; i++)
                    {
                        column((start + i) % Rows, values.Slice(i, 1));
                    }
                })],
                [.. columns.Indicators.Select(category => category with { Codes = [.. Enumerable.Repeat(category.Codes, copies).SelectMany(codes => codes)] })]);
        return BinnedMatrix.Build(
            repeated, new int[columns.Columns.Length], Rows * copies, FeatureBins.MaxBins, new DeterministicRandom(0), threads: 2);
    }

    /// <summary>A column of numbers, few enough for a bin each, then those of a category of which some rows have no level.</summary>
    private static TreeColumns Columns(int seed)
    {
        var random = new DeterministicRandom(seed);
        float[] numbers = [.. Enumerable.Range(0, Rows).Select(_ => (float)random.NextInt(100))];
        int[] codes = [.. Enumerable.Range(0, Rows).Select(row => row < Levels ? row : random.NextInt(Levels + 1) - 1)];
        var category = new Indicators(1, Levels, codes);
        return new TreeColumns([.. LazyColumns.Of([numbers]), .. Enumerable.Range(0, Levels).Select(category.Column)], [category]);
    }
}
