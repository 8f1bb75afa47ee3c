namespace Mlops;

public sealed class DeterministicRandomTests
{
    [Fact]
    public void A_seed_gives_the_published_sequence()
    {
        // Computed with Python integers from the reference code at https://prng.di.unimi.it (SplitMix64 fills the state).
        var random = new DeterministicRandom(42);

        Assert.Equal([1546998764402558742UL, 6990951692964543102UL, 12544586762248559009UL], [random.NextUInt64(), random.NextUInt64(), random.NextUInt64()]);
    }

    [Fact]
    public void A_shuffle_keeps_every_item_once()
    {
        var items = Enumerable.Range(0, 1_000).ToArray();

        new DeterministicRandom(7).Shuffle(items);

        Assert.NotEqual(Enumerable.Range(0, 1_000), items);
        Assert.Equal(Enumerable.Range(0, 1_000), items.Order());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(10)]
    public void Small_integers_are_uniform(int max)
    {
        var random = new DeterministicRandom(1);
        var counts = new int[max];
        for (var i = 0; i < 100_000; i++)
        {
            counts[random.NextInt(max)]++;
        }

        // Chi-squared with 9 degrees of freedom exceeds 40 once in 100,000 draws of a fair generator.
        var expected = 100_000.0 / max;
        Assert.True(counts.Sum(count => (count - expected) * (count - expected) / expected) < 40);
    }

    [Fact]
    public void Doubles_lie_in_the_unit_interval_with_its_mean_and_variance()
    {
        var random = new DeterministicRandom(5);
        var values = Enumerable.Range(0, 100_000).Select(_ => random.NextDouble()).ToArray();

        Assert.All(values, value => Assert.InRange(value, 0, 1 - 1e-17));
        Assert.Equal(0.5, values.Average(), 0.005);
        Assert.Equal(1.0 / 12, values.Average(value => (value - 0.5) * (value - 0.5)), 0.001);
    }

    [Fact]
    public void Gaussians_have_mean_zero_and_variance_one()
    {
        var random = new DeterministicRandom(5);
        var values = Enumerable.Range(0, 100_000).Select(_ => random.NextGaussian()).ToArray();

        Assert.Equal(0, values.Average(), 0.02);
        Assert.Equal(1, values.Average(value => value * value), 0.02);
    }

    [Fact]
    public void A_bound_that_is_not_positive_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new DeterministicRandom(0).NextInt(0));
}
