namespace Mlops.Serving;

public sealed class PredictionIdsTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, 123, TimeSpan.Zero);

    [Fact]
    public void An_id_tells_when_and_by_which_process_it_was_minted()
    {
        var instance = new LogInstance(IdSource.Random);

        var id = PredictionIds.New(instance, Noon.AddTicks(4_567).ToOffset(TimeSpan.FromHours(5)));

        Assert.True(PredictionIds.TryRead(id, out var at, out var minter));
        Assert.Equal((Noon, instance.Name), (at, minter));
    }

    /// <summary>The time part is that of a ULID: its specification gives 01ARYZ6S41 for 1469918176385.</summary>
    [Fact]
    public void The_time_is_written_as_in_a_ulid() => Assert.StartsWith(
        "01aryz6s41",
        PredictionIds.New(new LogInstance(IdSource.Random), DateTimeOffset.FromUnixTimeMilliseconds(1_469_918_176_385)),
        StringComparison.Ordinal);

    [Fact]
    public void Ids_of_one_process_are_all_different_and_sort_by_time()
    {
        var instance = new LogInstance(IdSource.Random);
        var ids = Enumerable.Range(0, 2_000).Select(i => PredictionIds.New(instance, Noon.AddMilliseconds(i / 100))).ToList();

        Assert.Equal(ids.Distinct().Order(StringComparer.Ordinal), ids);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("01kepvd2000000000a0000001")]
    [InlineData("01kepvd2000000000a000000010")]
    [InlineData("01KEPVD2000000000A00000001")]
    [InlineData("01kepvd2000000000a0000000u")]
    [InlineData("01kepvd2000000000a0000000\n")]
    [InlineData("zzzzzzzzzz0000000a00000001")]
    public void What_is_not_an_id_is_not_read(string? text) => Assert.False(PredictionIds.TryRead(text, out _, out _));

    [Fact]
    public void Minting_allocates_the_string_alone()
    {
        var instance = new LogInstance(IdSource.Random);
        PredictionIds.New(instance, Noon);

        var before = GC.GetAllocatedBytesForCurrentThread();
        PredictionIds.New(instance, Noon);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 1, 80);
    }
}
