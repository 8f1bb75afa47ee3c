using Mlops.Data;
using Mlops.Registry;

namespace Mlops.Learning;

public sealed class TreeEncodingTests
{
    [Fact]
    public void Few_levels_are_a_column_each_and_an_unknown_value_is_zero_in_all() => Assert.Equal(
        [[1f, 0f, 0f], [0f, 1f, 0f]],
        Encode(learned: ["a", "a", "b"], then: ["a", "b", "new"]));

    [Fact]
    public void A_missing_value_that_training_has_seen_is_a_level() => Assert.Equal(
        [[1f, 0f], [0f, 1f]],
        Encode(learned: ["a", "a", null], then: ["a", null]));

    [Fact]
    public void Many_levels_are_one_column_of_ranks_where_missing_and_unknown_values_are_missing()
    {
        string?[] learned = [null, .. Enumerable.Range(0, 20).SelectMany(level => Enumerable.Repeat($"level {level}", 30 - level))];

        Assert.Equal([[0f, 7f, float.NaN, float.NaN]], Encode(learned, then: ["level 0", "level 7", "new", null]));
    }

    private static float[][] Encode(string?[] learned, string?[] then)
    {
        var signature = new ModelSignature([new ColumnSchema("x", ColumnType.Category, true)], "y", TaskType.Regression, []);
        RawFeatures Read(string?[] values) => RawFeatures.Read(new DataFrame([Make.Strings("x", values)]), signature);
        return new TreeEncoding(Read(learned), signature).Encode(Read(then));
    }
}
