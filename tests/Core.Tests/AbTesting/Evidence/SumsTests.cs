using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;

namespace Mlops.AbTesting;

public sealed class SumsTests
{
    [Fact]
    public void Parts_merge_to_the_sums_of_the_whole() => Check.One(
        Config.QuickThrowOnFailure,
        Prop.ForAll(Pairs(), Pairs(), (first, second) =>
        {
            var merged = Sum(first).Merge(Sum(second));
            var whole = Sum([.. first, .. second]);
            AssertClose(whole, merged);
        }));

    [Fact]
    public void A_units_new_total_takes_the_place_of_its_old_one() => Check.One(
        Config.QuickThrowOnFailure,
        Prop.ForAll(Pairs(), pairs => AssertClose(Sum([.. pairs, (7.5, -2)]), Sum([.. pairs, (3, 9)]).Remove(3, 9).Add(7.5, -2))));

    [Fact]
    public void Precision_does_not_suffer_far_from_zero()
    {
        var sums = Enumerable.Range(0, 1_000).Aggregate(MeanSums.Empty, (sums, i) => sums.Add(1e9 + (i % 2)));

        Assert.Equal(250.0 / 999, sums.Variance, 1e-6);
    }

    [Fact]
    public void State_survives_JSON()
    {
        var pairs = Sum([(1, 2), (2.5, 3), (0.1, -4)]);
        var running = new RunningEvidence().Observe(3.2, new Bounds(0.1, 0.4));

        Assert.Equal(pairs, RoundTrip(pairs));
        Assert.Equal(new ProportionSums(9, 4), RoundTrip(new ProportionSums(9, 4)));
        Assert.Equal(running, RoundTrip(running));
        Assert.Equal(new SequentialDesign(0.01, 900, 7, 0.2), RoundTrip(new SequentialDesign(0.01, 900, 7, 0.2)));
        Assert.Equal(new StoppingRule(900, 7), RoundTrip(new StoppingRule(900, 7)));
        Recommendation ship = new Recommendation.Ship("b", "because");
        Assert.Equal(ship, RoundTrip(ship));
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void What_is_no_number_is_refused(double value)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => MeanSums.Empty.Add(value));
        Assert.Throws<ArgumentOutOfRangeException>(() => PairSums.Empty.Add(1, value));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ProportionSums(3, 4));
    }

    private static PairSums Sum(IEnumerable<(double Value, double Other)> pairs) =>
        pairs.Aggregate(PairSums.Empty, (sums, pair) => sums.Add(pair.Value, pair.Other));

    private static Arbitrary<(double, double)[]> Pairs() => (
        from value in Gen.Choose(-1_000, 1_000)
        from other in Gen.Choose(-1_000, 1_000)
        select (value / 7.0, other / 3.0)).ArrayOf().ToArbitrary();

    private static void AssertClose(PairSums expected, PairSums actual)
    {
        Assert.Equal(expected.Count, actual.Count);
        Assert.Equal(expected.Value.Mean, actual.Value.Mean, 1e-9);
        Assert.Equal(expected.Other.Mean, actual.Other.Mean, 1e-9);
        Assert.Equal(expected.Value.Squares, actual.Value.Squares, 1e-5);
        Assert.Equal(expected.Products, actual.Products, 1e-5);
    }

    private static T RoundTrip<T>(T value) =>
        JsonSerializer.Deserialize<T>(JsonSerializer.Serialize(value, JsonSerializerOptions.Web), JsonSerializerOptions.Web)!;
}
