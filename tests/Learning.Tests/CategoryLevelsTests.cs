using Mlops.Data;

namespace Mlops.Learning;

public sealed class CategoryLevelsTests
{
    private static readonly CategoryLevels Levels = CategoryLevels.Learn(Make.Strings("x", "b", "a", null, "b", "c", "a", "b"));

    [Fact]
    public void Levels_are_ranked_by_frequency_and_then_by_name()
    {
        Assert.Equal(["b", "a", "", "c"], Levels.Names);
        Assert.Equal([3, 2, 1, 1], Levels.Counts);
    }

    [Fact]
    public void Codes_follow_names_whatever_the_order_of_another_tables_levels() =>
        Assert.Equal([3, CategoryLevels.Unknown, 0, 2, 1], Levels.Encode(Make.Strings("x", "c", "new", "b", null, "a")));

    [Fact]
    public void A_missing_value_that_training_has_not_seen_is_unknown() =>
        Assert.Equal([CategoryLevels.Unknown, 0], CategoryLevels.Learn(Make.Strings("x", "a", "a")).Encode(Make.Strings("x", null, "a")));

    [Fact]
    public void Levels_that_no_row_has_are_not_learned()
    {
        var column = new StringColumn(new ColumnSchema("x", ColumnType.Category, false), [1, 1], ["gone", "here"]);

        Assert.Equal(["here"], CategoryLevels.Learn(column).Names);
    }

    [Fact]
    public void The_empty_string_is_a_missing_value()
    {
        var levels = CategoryLevels.Learn(Make.Strings("x", "", null, "a"));

        Assert.Equal(["", "a"], levels.Names);
        Assert.Equal([2, 1], levels.Counts);
    }
}
