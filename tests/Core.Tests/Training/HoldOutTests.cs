using FsCheck;
using FsCheck.Fluent;

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

    private static readonly Arbitrary<double[]> Targets = ArbMap.Default.ArbFor<int[]>()
        .Convert(
            labels => Array.ConvertAll(labels, label => label % 7 is 6 ? double.NaN : Math.Abs(label % 4)),
            target => Array.ConvertAll(target, label => double.IsNaN(label) ? 6 : (int)label));
}
