using Mlops.Data;

namespace Mlops.Training;

public class SliceSearchTests
{
    [Fact]
    public void A_category_that_is_predicted_badly_is_found_first()
    {
        var (columns, losses) = Rows(1_000, bad: (region, age, noise) => region is 2);

        var found = SliceSearch.Find(columns, losses, pairs: false, default);

        Assert.Equal("region is r2", found[0].Slice.Conditions.Single().ToString());
        Assert.True(found[0].PValue < 1e-6);
        Assert.True(found[0].Loss > found[0].LossElsewhere + 0.5);
    }

    [Fact]
    public void A_pair_of_conditions_is_found_where_neither_alone_is_as_bad()
    {
        var (columns, losses) = Rows(4_000, bad: (region, age, noise) => region is 1 && age > 0.75);

        var found = SliceSearch.Find(columns, losses, pairs: true, default);

        Assert.Equal(["region", "age"], found[0].Slice.Conditions.Select(condition => condition.Column));
    }

    [Fact]
    public void Where_all_rows_are_alike_few_slices_stand_out()
    {
        // Under Bonferroni the chance of any is at most 5 %: of 40 data sets about two.
        var falseAlarms = Enumerable.Range(0, 40).Count(seed =>
        {
            var (columns, losses) = Rows(400, bad: (_, _, _) => false, seed);
            return SliceSearch.Find(columns, losses, pairs: true, default)[0].PValue < 0.05;
        });

        Assert.InRange(falseAlarms, 0, 5);
    }

    [Fact]
    public void A_slice_has_at_least_twenty_rows_or_one_in_a_hundred()
    {
        Assert.Equal((20, 50), (Slicing.LeastRows(100), Slicing.LeastRows(5_000)));
        var column = new StringColumn(
            new ColumnSchema("c", ColumnType.Category, Nullable: false),
            [.. Enumerable.Repeat(0, 60), .. Enumerable.Repeat(1, 20), .. Enumerable.Repeat(2, 19)],
            ["a", "b", "c"]);

        Assert.Equal(["a", "b"], Slicing.ByColumn(column).Select(slice => slice.Conditions[0].Value));
    }

    [Fact]
    public void Numbers_are_cut_at_their_quartiles_and_missing_values_are_a_slice()
    {
        var column = new NumericColumn(
            new ColumnSchema("n", ColumnType.Number, Nullable: true),
            [.. Enumerable.Range(0, 100).Select(value => (double)value), .. Enumerable.Repeat(double.NaN, 30)]);

        var slices = Slicing.ByColumn(column);

        Assert.Equal([25, 25, 25, 25, 30], slices.Select(slice => slice.Rows.Length));
        Assert.Equal(["n up to 24", "n over 24, up to 49", "n over 49, up to 74", "n over 74", "n is missing"], slices.Select(slice => slice.Conditions[0].ToString()));
    }

    [Fact]
    public void A_column_that_is_the_same_in_every_row_cuts_nothing() =>
        Assert.Empty(Slicing.ByColumn(new NumericColumn(new ColumnSchema("n", ColumnType.Number, Nullable: false), new double[50])));

    private static (IReadOnlyList<Column> Columns, double[] Losses) Rows(int rows, Func<int, double, double, bool> bad, int seed = 3)
    {
        var random = new DeterministicRandom(seed);
        var (regions, ages, noise, losses) = (new int[rows], new double[rows], new double[rows], new double[rows]);
        for (var row = 0; row < rows; row++)
        {
            (regions[row], ages[row], noise[row]) = (random.NextInt(4), random.NextDouble(), random.NextDouble());
            losses[row] = random.NextDouble() + (bad(regions[row], ages[row], noise[row]) ? 1 : 0);
        }

        return (
            [
                new StringColumn(new ColumnSchema("region", ColumnType.Category, Nullable: false), regions, ["r0", "r1", "r2", "r3"]),
                new NumericColumn(new ColumnSchema("age", ColumnType.Number, Nullable: false), ages),
                new NumericColumn(new ColumnSchema("noise", ColumnType.Number, Nullable: false), noise),
            ],
            losses);
    }
}
