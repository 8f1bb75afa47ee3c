namespace Mlops.Data;

public sealed class QuantileSampleTests
{
    private const int Capacity = 64;

    [Fact]
    public void Up_to_the_capacity_every_number_is_kept()
    {
        var sample = Sampled(Capacity, seed: 1);

        Assert.True(sample.IsExact);
        Assert.Equal(Enumerable.Range(0, Capacity).Select(i => (double)i), sample.Sorted());
    }

    [Theory]
    [InlineData(65)]
    [InlineData(129)]
    [InlineData(1_000)]
    [InlineData(100_000)]
    public void Beyond_it_more_than_half_of_the_capacity_is_kept_less_a_group_that_has_begun(int count)
    {
        for (var seed = 0; seed < 20; seed++)
        {
            var sample = Sampled(count, seed);

            Assert.False(sample.IsExact);
            Assert.InRange(sample.Sorted().Length, Capacity / 2, Capacity);
        }
    }

    [Fact]
    public void Every_number_is_kept_equally_often()
    {
        const int Count = 1_000, Seeds = 4_000;
        var kept = new int[Count];
        for (var seed = 0; seed < Seeds; seed++)
        {
            foreach (var value in Sampled(Count, seed).Sorted())
            {
                kept[(int)value]++;
            }
        }

        // 1,000 numbers make groups of 16: five standard deviations of a binomial count around one in sixteen.
        var (expected, deviation) = (Seeds / 16.0, Math.Sqrt(Seeds / 16.0 * 15 / 16));
        Assert.All(kept, count => Assert.InRange(count, expected - (5 * deviation), expected + (5 * deviation)));
    }

    [Fact]
    public void Where_the_blocks_are_cut_makes_no_difference()
    {
        var numbers = Enumerable.Range(0, 5_000).Select(i => (double)i).ToArray();
        var whole = new QuantileSample(Capacity, seed: 3);
        var single = new QuantileSample(Capacity, seed: 3);

        whole.Add(numbers);
        foreach (var number in numbers)
        {
            single.Add([number]);
        }

        Assert.Equal(whole.Sorted(), single.Sorted());
    }

    private static QuantileSample Sampled(int count, int seed)
    {
        var sample = new QuantileSample(Capacity, seed);
        sample.Add([.. Enumerable.Range(0, count).Select(i => (double)i)]);
        return sample;
    }
}
