using FsCheck;
using FsCheck.Fluent;

namespace Mlops.Learning;

public sealed class FeatureBinsTests
{
    [Fact]
    public void A_value_is_in_the_bin_between_its_edges() => Prop.ForAll<float[], PositiveInt>((values, most) =>
    {
        var bins = Learn(values, Array.Exists(values, float.IsNaN), 2 + (most.Get % 20));
        var edges = bins.Edges.ToArray();
        return edges.Zip(edges.Skip(1)).All(pair => pair.First < pair.Second)
            && values.Where(value => !float.IsNaN(value)).All(value =>
            {
                var bin = bins.Find(value);
                return (bin == 0 || edges[bin - 1] < value) && (bin == edges.Length || value <= edges[bin]);
            });
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Few_distinct_values_get_a_bin_each() => Prop.ForAll<int[]>(numbers =>
    {
        var values = Array.ConvertAll(numbers, number => (float)(number % 100));
        var bins = Learn(values, false, FeatureBins.MaxBins);
        return values.Length is 0
            || (bins.Count == values.Distinct().Count() && values.GroupBy(bins.Find).All(group => group.Distinct().Count() is 1));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Many_distinct_values_spread_evenly()
    {
        var random = new DeterministicRandom(1);
        var values = Enumerable.Range(0, 25_500).Select(_ => (float)random.NextGaussian()).ToArray();

        var bins = Learn(values, false, FeatureBins.MaxBins);

        Assert.Equal(FeatureBins.MaxBins, bins.Count);
        Assert.All(values.GroupBy(bins.Find), group => Assert.InRange(group.Count(), 98, 102));
    }

    [Fact]
    public void Missing_values_have_a_bin_of_their_own_after_the_others()
    {
        var bins = Learn([3, float.NaN, 1], true, FeatureBins.MaxBins);

        Assert.Equal([2f], bins.Edges.ToArray());
        Assert.Equal((2, 3), (bins.Find(float.NaN), bins.Width));
    }

    [Fact]
    public void Edges_at_the_limits_of_the_format_part_what_they_should()
    {
        float[] values = [float.NegativeInfinity, float.MinValue, -float.Epsilon, 0, float.Epsilon, float.MaxValue, float.PositiveInfinity];

        var bins = Learn(values, false, FeatureBins.MaxBins);

        Assert.Equal([0, 1, 2, 3, 4, 5, 6], values.Select(value => (int)bins.Find(value)));
    }

    [Theory]
    [InlineData(5f, 5f)]
    [InlineData(float.NaN, float.NaN)]
    public void A_column_with_one_value_or_none_is_of_no_use(float first, float second) =>
        Assert.False(Learn([first, second], float.IsNaN(first), FeatureBins.MaxBins).IsUsable);

    [Fact]
    public void A_value_that_is_sometimes_missing_is_of_use() =>
        Assert.True(Learn([5f, float.NaN], true, FeatureBins.MaxBins).IsUsable);

    private static FeatureBins Learn(float[] values, bool hasMissing, int maxBins) =>
        FeatureBins.Learn([.. values], new uint[values.Length], hasMissing, maxBins);
}
