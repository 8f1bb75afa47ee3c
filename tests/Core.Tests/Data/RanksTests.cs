using FsCheck;
using FsCheck.Fluent;

namespace Mlops.Data;

public sealed class RanksTests
{
    [Fact]
    public void A_settled_rank_has_the_number_that_sorting_puts_there() => Check.QuickThrowOnFailure(Prop.ForAll<int[], int[]>((given, places) =>
    {
        // Enough numbers for a partition, and many of them equal.
        double[] numbers = [.. Enumerable.Range(0, 20).SelectMany(turn => given.Append(turn).Select(number => (double)(number * turn % 17)))];
        int[] ranks = [.. places.Select(place => Math.Abs(place % numbers.Length)).Distinct().Order()];
        var settled = numbers.ToArray();
        Ranks.Settle(settled, ranks);

        Array.Sort(numbers);
        return ranks.All(rank => settled[rank] == numbers[rank]) && settled.Order().SequenceEqual(numbers);
    }));

    [Theory]
    [InlineData("ascending")]
    [InlineData("descending")]
    [InlineData("the same")]
    [InlineData("organ pipe")]
    [InlineData("by chance")]
    public void Numbers_in_any_order_are_settled(string order)
    {
        const int Count = 100_001;
        var random = new DeterministicRandom(3);
        double[] numbers = [.. Enumerable.Range(0, Count).Select(i => order switch
        {
            "ascending" => i,
            "descending" => -i,
            "the same" => 7,
            "organ pipe" => Math.Min(i, Count - i),
            _ => random.NextGaussian(),
        })];
        double[] sorted = [.. numbers.Order()];
        int[] ranks = [0, Count / 20, Count / 2, (Count / 2) + 1, Count - 1];
        Ranks.Settle(numbers, ranks);

        Assert.All(ranks, rank => Assert.Equal(sorted[rank], numbers[rank]));
    }
}
