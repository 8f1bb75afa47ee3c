namespace Mlops.Serving;

public sealed class LogQueueTests : IAsyncDisposable
{
    private const int OnePage = 256;

    private readonly LogOnDisk _disk = new();
    private readonly LogQueue _queue = new(maxBytes: 1 << 30, TimeProvider.System);

    public ValueTask DisposeAsync() => _disk.DisposeAsync();

    [Fact]
    public void It_is_long_from_64_pages_that_wait_until_they_are_taken()
    {
        Add(63 * OnePage + 1);
        Assert.False(_queue.IsLong);

        Add(OnePage);
        Assert.True(_queue.IsLong);

        _queue.Take();
        Assert.False(_queue.IsLong);
    }

    [Fact]
    public void Pages_are_used_again()
    {
        var first = Round(pages: 3);
        var second = Round(pages: 3);

        Assert.Equal(first.ToHashSet(ReferenceEqualityComparer.Instance), second.ToHashSet(ReferenceEqualityComparer.Instance));
    }

    [Fact]
    public void Pages_that_only_a_burst_needed_are_let_go_one_by_one()
    {
        var burst = Round(pages: 40).ToHashSet(ReferenceEqualityComparer.Instance);
        for (var round = 0; round < 40; round++)
        {
            _queue.Return(_queue.Take());
        }

        Assert.Equal(16, Round(pages: 40).Count(burst.Contains));
    }

    private List<RecordPage> Round(int pages)
    {
        Add(pages * OnePage);
        var taken = _queue.Take();
        List<RecordPage> were = [.. taken.Pages];
        _queue.Return(taken);
        return were;
    }

    private void Add(int records)
    {
        for (var record = 0; record < records; record++)
        {
            Assert.Equal(Queueing.Added, _queue.TryAdd(_disk.Prediction(), null, out _));
        }
    }
}
