using FsCheck;
using FsCheck.Fluent;
using Mlops.Data;

namespace Mlops.Training;

public class CrossValidationTests
{
    private static readonly Arbitrary<int> Seeds = ArbMap.Default.ArbFor<int>();

    [Theory]
    [InlineData(FoldKind.Random)]
    [InlineData(FoldKind.Stratified)]
    [InlineData(FoldKind.Grouped)]
    public void Every_row_is_tested_once_a_repeat_and_learned_from_otherwise(FoldKind kind) =>
        Prop.ForAll(Seeds, seed =>
        {
            var target = Target(seed, 90);
            var spec = new CrossValidationSpec(4, 3, kind, kind is FoldKind.Grouped ? "g" : null);
            var folds = CrossValidation.Folds(spec, target, true, Groups(seed, 90, 30), seed);
            return folds.Count is 12
                && folds.All(fold => fold.Train.Concat(fold.Test).Order().SequenceEqual(Enumerable.Range(0, 90)))
                && folds.Chunk(4).All(repeat => repeat.SelectMany(fold => fold.Test).Order().SequenceEqual(Enumerable.Range(0, 90)));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Stratified_folds_have_equal_shares_of_every_class_to_within_a_row() =>
        Prop.ForAll(Seeds, seed =>
        {
            var target = Target(seed, 83);
            var folds = CrossValidation.Folds(new CrossValidationSpec(4), target, true, null, seed);
            return Spread(folds.Select(fold => fold.Test.Length)) <= 1
                && target.Distinct().All(label => Spread(folds.Select(fold => fold.Test.Count(row => target[row] == label))) <= 1);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_group_is_never_in_both_parts() =>
        Prop.ForAll(Seeds, seed =>
        {
            var groups = Groups(seed, 90, 30);
            var folds = CrossValidation.Folds(
                new CrossValidationSpec(4, Kind: FoldKind.Grouped, Column: "g"), Target(seed, 90), true, groups, seed);
            return folds.All(fold => !fold.Train.Select(row => groups[row]).Intersect(fold.Test.Select(row => groups[row])).Any());
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Grouped_folds_are_balanced()
    {
        // 40 groups of 1 to 8 rows, 180 in all: the greedy choice comes to within a few rows of 45 a fold.
        int[] codes = [.. Enumerable.Range(0, 40).SelectMany(group => Enumerable.Repeat(group, 1 + (group % 8)))];
        var groups = new StringColumn(Text("g"), codes, [.. Enumerable.Range(0, 40).Select(group => $"{group}")]);

        var folds = CrossValidation.Folds(
            new CrossValidationSpec(4, Kind: FoldKind.Grouped, Column: "g"), new double[codes.Length], false, groups, 1);

        Assert.All(folds, fold => Assert.InRange(fold.Test.Length, 44, 46));
    }

    [Fact]
    public void In_order_of_time_what_is_tested_is_later_than_all_that_is_learned_from() =>
        Prop.ForAll(Seeds, seed =>
        {
            var random = new DeterministicRandom(seed);
            var times = Enumerable.Range(0, 120).Select(_ => (double)random.NextInt(40)).ToArray();
            var folds = CrossValidation.Folds(TimeOrdered(4), Target(seed, 120), false, Times(times), seed);
            return folds.Count is 4
                && folds.All(fold => fold.Test.Length > 0 && fold.Train.Max(row => times[row]) < fold.Test.Min(row => times[row]))
                && folds.Zip(folds.Skip(1), (before, after) => before.Train.Concat(before.Test).Order().SequenceEqual(after.Train)).All(holds => holds)
                && folds[^1].Train.Length + folds[^1].Test.Length is 120;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Blocks_of_time_are_of_one_length_where_no_two_rows_are_of_one_instant()
    {
        var folds = CrossValidation.Folds(
            TimeOrdered(4), new double[50], false, Times([.. Enumerable.Range(0, 50).Select(row => (double)-row)]), 0);

        Assert.Equal([10, 20, 30, 40], folds.Select(fold => fold.Train.Length));
        Assert.All(folds, fold => Assert.Equal(10, fold.Test.Length));
        Assert.Equal(Enumerable.Range(40, 10), folds[0].Train);
    }

    [Fact]
    public void A_class_too_small_for_the_folds_is_named()
    {
        double[] target = [.. Enumerable.Repeat(0.0, 20), 1, 1, 1];

        var refused = Assert.Throws<TrainingRefusedException>(
            () => CrossValidation.Folds(new CrossValidationSpec(5), target, true, null, 0, ["no", "yes"]));

        Assert.Contains("Class 'yes' has 3 rows", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_fold_that_would_not_see_a_class_is_refused_by_name()
    {
        double[] target = [.. Enumerable.Repeat(0.0, 30), .. Enumerable.Repeat(1.0, 30)];

        var refused = Assert.Throws<TrainingRefusedException>(() => CrossValidation.Folds(
            TimeOrdered(4), target, true, Times([.. Enumerable.Range(0, 60).Select(row => (double)row)]), 0, ["no", "yes"]));

        Assert.Equal("Fold 1 has no row of class 'yes' to learn from.", refused.Message);
    }

    [Fact]
    public void Too_few_groups_or_times_are_refused()
    {
        var groups = new StringColumn(Text("g"), [0, 0, 1, 1, 1, -1], ["a", "b"]);

        Assert.Contains("3 groups", Assert.Throws<TrainingRefusedException>(() => CrossValidation.Folds(
            new CrossValidationSpec(4, Kind: FoldKind.Grouped, Column: "g"), new double[6], false, groups, 0)).Message, StringComparison.Ordinal);
        Assert.Contains("2 different times", Assert.Throws<TrainingRefusedException>(() => CrossValidation.Folds(
            TimeOrdered(2), new double[3], false, Times([1, 1, 2]), 0)).Message, StringComparison.Ordinal);
        Assert.Contains("text", Assert.Throws<TrainingRefusedException>(() => CrossValidation.Folds(
            TimeOrdered(2), new double[6], false, groups, 0)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_seed_cuts_the_same_folds_and_another_seed_does_not()
    {
        var first = CrossValidation.Folds(new CrossValidationSpec(), Target(1, 90), true, null, 7);

        Assert.Equal(first[0].Test, CrossValidation.Folds(new CrossValidationSpec(), Target(1, 90), true, null, 7)[0].Test);
        Assert.NotEqual(first[0].Test, CrossValidation.Folds(new CrossValidationSpec(), Target(1, 90), true, null, 8)[0].Test);
    }

    [Theory]
    [InlineData(1, 1, null, null, "p.folds")]
    [InlineData(5, 21, null, null, "p.repeats")]
    [InlineData(5, 2, FoldKind.TimeOrdered, "t", "p.repeats")]
    [InlineData(5, 1, FoldKind.TimeOrdered, null, "p.column")]
    [InlineData(5, 1, FoldKind.Grouped, "", "p.column")]
    [InlineData(5, 1, FoldKind.Random, "g", "p.column")]
    [InlineData(5, 1, null, "g", "p.column")]
    public void A_wrong_spec_is_told_where(int folds, int repeats, FoldKind? kind, string? column, string path) =>
        Assert.Equal([path], new CrossValidationSpec(folds, repeats, kind, column).Check("p").Select(error => error.Path));

    private static int Spread(IEnumerable<int> counts) => counts.Max() - counts.Min();

    private static CrossValidationSpec TimeOrdered(int folds) => new(folds, Kind: FoldKind.TimeOrdered, Column: "t");

    private static ColumnSchema Text(string name) => new(name, ColumnType.Text, Nullable: true);

    private static NumericColumn Times(double[] values) => new(new ColumnSchema("t", ColumnType.Timestamp, Nullable: false), values);

    /// <summary>Three classes, each with rows enough for every fold.</summary>
    private static double[] Target(int seed, int rows)
    {
        var random = new DeterministicRandom(seed);
        int[] order = [.. Enumerable.Range(0, rows)];
        random.Shuffle(order);
        return Array.ConvertAll(order, place => place % 7 < 4 ? 0.0 : place % 7 < 6 ? 1 : 2);
    }

    private static StringColumn Groups(int seed, int rows, int groups)
    {
        var random = new DeterministicRandom(seed + 1L);
        return new StringColumn(
            Text("g"), [.. Enumerable.Range(0, rows).Select(_ => random.NextInt(groups))], [.. Enumerable.Range(0, groups).Select(g => $"{g}")]);
    }
}
