using FsCheck;
using FsCheck.Fluent;

namespace Mlops.Learning;

public sealed class MedianTests
{
    [Fact]
    public void It_is_what_sorting_finds() => Prop.ForAll<int, PositiveInt, PositiveInt>((seed, length, different) =>
    {
        var random = new DeterministicRandom(seed);
        var values = Enumerable.Range(0, 20 * length.Get).Select(_ => (float)random.NextInt(different.Get)).ToArray();
        var sorted = values.Order().ToArray();

        return Median.Of(values) == ((double)sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(new[] { 3f }, 3)]
    [InlineData(new[] { 4f, 1f }, 2.5)]
    [InlineData(new[] { float.MaxValue, float.MaxValue }, float.MaxValue)]
    public void Few_numbers_have_one_too(float[] values, double median) => Assert.Equal(median, Median.Of(values));

    [Fact]
    public void Whatever_the_order_no_number_is_lost()
    {
        float[] organPipe = [.. Enumerable.Range(0, 5_000).Select(row => (float)Math.Min(row, 4_999 - row))];
        var sorted = organPipe.Order().ToArray();

        Median.Of(organPipe);

        Assert.Equal(sorted, organPipe.Order());
    }
}
