using FsCheck;
using FsCheck.Fluent;
using Mlops.Data;

namespace Mlops.Training;

public class HoldOutTests
{
    [Fact]
    public void Every_usable_row_is_in_exactly_one_part() =>
        Prop.ForAll(Targets, ArbMap.Default.ArbFor<int>(), (target, seed) =>
        {
            var split = HoldOut.Draw(target, 0.25, seed, stratify: true);
            var usable = Enumerable.Range(0, target.Length).Where(row => !double.IsNaN(target[row]));
            return split.Train.Concat(split.Test).Order().SequenceEqual(usable);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Every_class_keeps_its_share_to_within_a_row() =>
        Prop.ForAll(Targets, ArbMap.Default.ArbFor<int>(), (target, seed) =>
        {
            var split = HoldOut.Draw(target, 0.25, seed, stratify: true);
            return target.Where(label => !double.IsNaN(label)).GroupBy(label => label).All(group =>
                Math.Abs(split.Test.Count(row => target[row] == group.Key) - (group.Count() * 0.25)) <= 1);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void The_same_seed_draws_the_same_rows_and_another_seed_does_not()
    {
        var target = Enumerable.Range(0, 200).Select(row => (double)(row % 3)).ToArray();
        var first = HoldOut.Draw(target, 0.25, 7, stratify: true);

        Assert.Equal(first.Test, HoldOut.Draw(target, 0.25, 7, stratify: true).Test);
        Assert.NotEqual(first.Test, HoldOut.Draw(target, 0.25, 8, stratify: true).Test);
    }

    [Fact]
    public void A_class_of_two_rows_is_in_both_parts()
    {
        double[] target = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1];

        var split = HoldOut.Draw(target, 0.1, 1, stratify: true);

        Assert.Single(split.Test, row => target[row] is 1);
        Assert.Single(split.Train, row => target[row] is 1);
    }

    [Fact]
    public void Groups_are_held_out_whole_and_near_the_share() =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
        {
            var random = new DeterministicRandom(seed);
            int[] codes = [.. Enumerable.Range(0, 200).Select(_ => random.NextInt(25))];
            var groups = new StringColumn(new ColumnSchema("g", ColumnType.Category, Nullable: false), codes, [.. Enumerable.Range(0, 25).Select(g => $"{g}")]);
            var split = HoldOut.Draw(new SplitSpec(0.25, seed, Kind: FoldKind.Grouped, Column: "g"), new double[200], false, groups);
            return !split.Test.Select(row => codes[row]).Intersect(split.Train.Select(row => codes[row])).Any()
                && split.Test.Length + split.Train.Length is 200
                && Math.Abs(split.Test.Length - 50) <= 15;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void In_order_of_time_the_last_rows_are_held_out()
    {
        var times = new NumericColumn(new ColumnSchema("t", ColumnType.Timestamp, Nullable: true), [5, 4, 3, 3, 2, 1, double.NaN, 6]);

        var split = HoldOut.Draw(new SplitSpec(0.3, Kind: FoldKind.TimeOrdered, Column: "t"), [1, 2, 3, 4, 5, 6, 7, double.NaN], false, times);

        Assert.Equal([0, 1], split.Test);
        Assert.Equal([2, 3, 4, 5], split.Train);
    }

    [Fact]
    public void One_group_cannot_be_split()
    {
        var groups = new StringColumn(new ColumnSchema("g", ColumnType.Category, Nullable: false), [0, 0, 0], ["a"]);

        Assert.Throws<TrainingRefusedException>(
            () => HoldOut.Draw(new SplitSpec(Kind: FoldKind.Grouped, Column: "g"), new double[3], false, groups));
    }

    private static readonly Arbitrary<double[]> Targets = ArbMap.Default.ArbFor<int[]>()
        .Convert(
            labels => Array.ConvertAll(labels, label => label % 7 is 6 ? double.NaN : Math.Abs(label % 4)),
            target => Array.ConvertAll(target, label => double.IsNaN(label) ? 6 : (int)label));
}
