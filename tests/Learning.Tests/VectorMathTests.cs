using FsCheck;
using FsCheck.Fluent;

namespace Mlops.Learning;

public sealed class VectorMathTests
{
    [Fact]
    public void The_exponential_is_right_to_the_last_digits_whatever_the_length() => Prop.ForAll<int, PositiveInt>((seed, length) =>
    {
        var random = new DeterministicRandom(seed);
        var values = Enumerable.Range(0, length.Get).Select(_ => (1_400 * random.NextDouble()) - 700).ToArray();
        var powers = (double[])values.Clone();

        VectorMath.Exp(powers);

        return values.Zip(powers).All(pair => Math.Abs((pair.Second / Math.Exp(pair.First)) - 1) < 5e-16);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void The_exponential_of_zero_is_one_and_far_away_it_stays_finite_and_over_zero()
    {
        double[] values = [0, -1e300, double.NegativeInfinity, 1e300, -0.0];

        VectorMath.Exp(values);

        Assert.Equal(1, values[0]);
        Assert.Equal(1, values[4]);
        Assert.All(values, value => Assert.InRange(value, double.Epsilon, double.MaxValue));
    }

    [Fact]
    public void A_number_has_the_same_exponential_wherever_it_stands()
    {
        var values = Enumerable.Repeat(-0.3, 7).ToArray();

        VectorMath.Exp(values);

        Assert.Single(values.Distinct());
    }
}
