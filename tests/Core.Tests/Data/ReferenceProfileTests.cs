using FsCheck;
using FsCheck.Fluent;

namespace Mlops.Data;

public class ReferenceProfileTests
{
    [Fact]
    public void Every_finite_value_is_counted_once_and_the_rest_are_missing() =>
        Prop.ForAll(ArbMap.Default.ArbFor<double[]>(), values =>
        {
            var profile = ReferenceProfile.Profile("x", values);
            return profile.Counts.Sum() == values.Count(double.IsFinite) && profile.Missing == values.Count(value => !double.IsFinite(value));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Counts_are_those_of_the_edges() =>
        Prop.ForAll(ArbMap.Default.ArbFor<short[]>(), values =>
        {
            var numbers = Array.ConvertAll(values, value => (double)value);
            var profile = ReferenceProfile.Profile("x", numbers);
            return profile.Edges.Select((edge, i) =>
                numbers.Count(value => value <= edge && (i == 0 || value > profile.Edges[i - 1])) == profile.Counts[i]).All(same => same);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Many_different_values_fill_256_bins_about_equally()
    {
        var profile = ReferenceProfile.Profile("x", [.. Enumerable.Range(0, 10_000).Select(i => (double)i)]);

        Assert.Equal(ReferenceProfile.MaxBins, profile.Edges.Count);
        Assert.All(profile.Counts, count => Assert.InRange(count, 39, 40));
        Assert.Equal((0, 9_999), (profile.Minimum, profile.Edges[^1]));
    }

    [Fact]
    public void Categories_are_ranked_and_the_rare_ones_summed()
    {
        var levels = Enumerable.Range(0, 150).Select(i => $"c{i:D3}").ToArray();
        var codes = Enumerable.Range(0, 150).SelectMany(i => Enumerable.Repeat(i, i == 149 ? 5 : 1)).Append(StringColumn.Missing).ToArray();
        var column = new StringColumn(new ColumnSchema("c", ColumnType.Category, true), codes, levels);

        var profile = Assert.Single(ReferenceProfile.Of([column]).Categorical);

        Assert.Equal(("c149", 5), (profile.Levels[0], profile.Counts[0]));
        Assert.Equal(["c000", "c001"], profile.Levels.Skip(1).Take(2));
        Assert.Equal((50, 1), (profile.Other, profile.Missing));
    }
}
