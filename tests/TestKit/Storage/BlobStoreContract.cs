using System.Text;

namespace Mlops.Storage;

/// <summary>What <see cref="IBlobStore"/> promises. Every adapter inherits this class and passes all of it.</summary>
public abstract class BlobStoreContract
{
    private const string Path = "default/tests/blob.bin";

    protected abstract IBlobStore Store { get; }

    /// <summary>Another store over the same data, as a second process would have it.</summary>
    protected abstract IBlobStore OpenAnother();

    [Fact]
    public async Task What_was_put_is_read()
    {
        var put = await PutAsync(Path, "hello");

        Assert.Equal("hello", await ReadAsync(Path));
        Assert.Equal(put, await Store.FindAsync(Path, default));
        Assert.Equal((Path, 5), (put.Path, put.Length));
    }

    [Fact]
    public async Task Another_store_reads_what_was_put()
    {
        await PutAsync(Path, "hello");

        Assert.Equal("hello", await ReadAsync(Path, OpenAnother()));
    }

    [Fact]
    public async Task What_is_not_there_is_not_found()
    {
        Assert.Null(await Store.FindAsync(Path, default));
        Assert.Null(await Store.OpenReadAsync(Path, 0, null, default));
        Assert.False(await Store.DeleteAsync(Path, default));
    }

    [Fact]
    public async Task An_empty_blob_is_a_blob()
    {
        await PutAsync(Path, "");

        Assert.Equal("", await ReadAsync(Path));
        Assert.Equal(0, (await Store.FindAsync(Path, default))?.Length);
    }

    [Fact]
    public async Task A_put_replaces_and_makes_a_new_tag_even_for_the_same_content()
    {
        var first = await PutAsync(Path, "same");
        var second = await PutAsync(Path, "same");

        Assert.NotEqual(first.ETag, second.ETag);
    }

    [Fact]
    public async Task A_put_that_wants_nothing_there_is_refused_where_something_is()
    {
        Assert.NotNull(await TryPutAsync(Path, "first", BlobCondition.Absent));

        Assert.Null(await TryPutAsync(Path, "second", BlobCondition.Absent));
        Assert.Equal("first", await ReadAsync(Path));
    }

    [Fact]
    public async Task A_put_with_the_current_tag_writes_and_with_a_stale_one_is_refused()
    {
        var first = await PutAsync(Path, "first");

        Assert.NotNull(await TryPutAsync(Path, "second", BlobCondition.Unchanged(first.ETag)));
        Assert.Null(await TryPutAsync(Path, "third", BlobCondition.Unchanged(first.ETag)));
        Assert.Equal("second", await ReadAsync(Path));
    }

    [Fact]
    public async Task A_put_with_a_tag_is_refused_where_nothing_is_and_after_it_was_made_again()
    {
        Assert.Null(await TryPutAsync(Path, "x", BlobCondition.Unchanged("1")));
        var first = await PutAsync(Path, "x");
        await Store.DeleteAsync(Path, default);
        await PutAsync(Path, "x");

        Assert.Null(await TryPutAsync(Path, "y", BlobCondition.Unchanged(first.ETag)));
    }

    [Theory]
    [InlineData(0L, null, "0123456789")]
    [InlineData(3L, null, "3456789")]
    [InlineData(3L, 4L, "3456")]
    [InlineData(8L, 100L, "89")]
    [InlineData(10L, null, "")]
    [InlineData(99L, 5L, "")]
    [InlineData(2L, 0L, "")]
    public async Task A_range_is_read_and_what_lies_beyond_the_end_is_empty(long offset, long? length, string expected)
    {
        await PutAsync(Path, "0123456789");

        await using var stream = await Store.OpenReadAsync(Path, offset, length, default);
        Assert.NotNull(stream);
        Assert.Equal(expected, await new StreamReader(stream).ReadToEndAsync());
    }

    [Fact]
    public async Task A_reader_keeps_what_it_opened_while_the_blob_is_replaced_and_deleted()
    {
        await PutAsync(Path, "old");
        await using var reading = await Store.OpenReadAsync(Path, 0, null, default);
        Assert.NotNull(reading);

        await PutAsync(Path, "newer");
        await Store.DeleteAsync(Path, default);

        Assert.Equal("old", await new StreamReader(reading).ReadToEndAsync());
    }

    [Fact]
    public async Task A_reader_during_puts_sees_one_content_or_the_other()
    {
        string[] contents = [new('a', 100_000), new('b', 50_000)];
        await PutAsync(Path, contents[0]);
        var writing = Task.Run(async () =>
        {
            for (var i = 0; i < 60; i++)
            {
                await PutAsync(Path, contents[i % 2]);
            }
        });

        while (!writing.IsCompleted)
        {
            Assert.Contains(await ReadAsync(Path), contents);
        }

        await writing;
    }

    [Fact]
    public async Task A_put_whose_source_breaks_changes_nothing()
    {
        await PutAsync(Path, "before");

        await Assert.ThrowsAsync<IOException>(() => Store.PutAsync(Path, new BreakingStream(100_000), BlobCondition.None, default));

        Assert.Equal("before", await ReadAsync(Path));
    }

    [Fact]
    public async Task A_large_blob_comes_back_byte_for_byte()
    {
        var bytes = new byte[5_000_001];
        new Random(7).NextBytes(bytes);
        await Store.PutAsync(Path, new MemoryStream(bytes), BlobCondition.None, default);

        await using var stream = await Store.OpenReadAsync(Path, 0, null, default);
        var read = new MemoryStream();
        Assert.NotNull(stream);
        await stream.CopyToAsync(read);
        Assert.True(bytes.AsSpan().SequenceEqual(read.ToArray()));
    }

    [Fact]
    public async Task Appends_add_up()
    {
        Assert.Equal(new AppendOutcome.Appended(3), await AppendAsync("one", 0));
        Assert.Equal(new AppendOutcome.Appended(6), await AppendAsync("two", 3));

        Assert.Equal("onetwo", await ReadAsync(Path));
        Assert.Equal(6, (await Store.FindAsync(Path, default))?.Length);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(4)]
    public async Task An_append_elsewhere_than_at_the_end_is_refused_and_says_where_the_end_is(long offset)
    {
        await AppendAsync("one", 0);

        Assert.Equal(new AppendOutcome.WrongOffset(3), await AppendAsync("two", offset));
        Assert.Equal("one", await ReadAsync(Path));
    }

    [Fact]
    public async Task An_append_beyond_nothing_is_refused()
    {
        Assert.Equal(new AppendOutcome.WrongOffset(0), await AppendAsync("x", 5));
        Assert.Null(await Store.FindAsync(Path, default));
    }

    [Fact]
    public async Task An_append_changes_the_tag()
    {
        await AppendAsync("one", 0);
        var first = await Store.FindAsync(Path, default);
        await AppendAsync("two", 3);

        Assert.NotEqual(first?.ETag, (await Store.FindAsync(Path, default))?.ETag);
    }

    [Fact]
    public async Task A_reader_sees_an_appended_blob_as_long_as_it_was_when_opened()
    {
        await AppendAsync("one", 0);
        await using var reading = await Store.OpenReadAsync(Path, 0, null, default);
        Assert.NotNull(reading);
        await AppendAsync("two", 3);

        Assert.Equal("one", await new StreamReader(reading).ReadToEndAsync());
    }

    [Fact]
    public async Task An_append_of_nothing_or_of_too_much_is_refused()
    {
        await Assert.ThrowsAsync<ArgumentException>(() => Store.AppendAsync(Path, default, 0, default));
        await Assert.ThrowsAsync<ArgumentException>(() => Store.AppendAsync(Path, new byte[IBlobStore.MaxAppendBytes + 1], 0, default));

        Assert.Equal(
            new AppendOutcome.Appended(IBlobStore.MaxAppendBytes),
            await Store.AppendAsync(Path, new byte[IBlobStore.MaxAppendBytes], 0, default));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    public async Task Of_many_racing_appends_at_one_offset_one_wins_and_its_bytes_are_there_whole(int offset)
    {
        if (offset > 0)
        {
            await AppendAsync("head", 0);
        }

        var outcomes = await RaceAsync(16, (store, i) =>
            store.AppendAsync(Path, Encoding.UTF8.GetBytes(new string((char)('a' + i), 1_000 + i)), offset, default));

        var winner = Assert.Single(Enumerable.Range(0, 16), i => outcomes[i] is AppendOutcome.Appended);
        Assert.Equal(new string((char)('a' + winner), 1_000 + winner), (await ReadAsync(Path))[offset..]);
    }

    [Fact]
    public async Task No_append_is_lost_or_torn_among_concurrent_writers()
    {
        await RaceAsync(8, async (store, i) =>
        {
            var offset = 0L;
            for (var done = 0; done < 10;)
            {
                var outcome = await store.AppendAsync(Path, Encoding.UTF8.GetBytes($"[{i}.{done}]"), offset, default);
                (offset, done) = outcome is AppendOutcome.WrongOffset(var end) ? (end, done) : (offset, done + 1);
            }

            return true;
        });

        var expected = Enumerable.Range(0, 8).SelectMany(i => Enumerable.Range(0, 10).Select(k => $"{i}.{k}"));
        var found = (await ReadAsync(Path)).TrimStart('[').TrimEnd(']').Split("][");
        Assert.Equal(expected.Order(StringComparer.Ordinal), found.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Of_many_racing_puts_where_nothing_is_one_wins()
    {
        var outcomes = await RaceAsync(12, (store, i) => store.PutAsync(
            Path, new MemoryStream(Encoding.UTF8.GetBytes($"{i}")), BlobCondition.Absent, default));

        var winner = Assert.Single(Enumerable.Range(0, 12), i => outcomes[i] is not null);
        Assert.Equal($"{winner}", await ReadAsync(Path));
    }

    [Fact]
    public async Task Of_many_racing_puts_with_one_tag_one_wins()
    {
        var first = await PutAsync(Path, "first");

        var outcomes = await RaceAsync(12, (store, i) => store.PutAsync(
            Path, new MemoryStream(Encoding.UTF8.GetBytes($"{i}")), BlobCondition.Unchanged(first.ETag), default));

        var winner = Assert.Single(Enumerable.Range(0, 12), i => outcomes[i] is not null);
        Assert.Equal($"{winner}", await ReadAsync(Path));
    }

    [Fact]
    public async Task A_listing_is_in_ordinal_order_and_has_what_starts_with_the_prefix()
    {
        string[] paths =
        [
            "t/b", "t/a", "t/a/1", "t/a.b", "t/A", "t/a-1", "t/a(1)", "t/a 1", "tt/a", "s/a", "t/a1/x", "t/@x", "t/a/10", "t/a/2",
        ];
        foreach (var path in paths)
        {
            await PutAsync(path, path);
        }

        Assert.Equal(Expected("t/"), await ListAsync("t/", 3));
        Assert.Equal(Expected("t/a"), await ListAsync("t/a", 2));
        Assert.Equal(Expected(""), await ListAsync("", 100));
        Assert.Equal(["t/a/1", "t/a/10"], await ListAsync("t/a/1", 1));
        Assert.Empty(await ListAsync("t/zzz", 10));

        IEnumerable<string> Expected(string prefix) =>
            paths.Where(path => path.StartsWith(prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal);
    }

    [Fact]
    public async Task A_listing_shows_each_blob_as_find_does()
    {
        await PutAsync("t/put", "12345");
        await Store.AppendAsync("t/appended", "123"u8.ToArray(), 0, default);

        var page = await Store.ListAsync("t/", 10, null, default);

        Assert.Null(page.Continuation);
        Assert.Equal([await FindAsync("t/appended"), await FindAsync("t/put")], page.Blobs);
    }

    [Fact]
    public async Task A_made_up_continuation_or_page_size_is_refused()
    {
        await Assert.ThrowsAsync<InvalidContinuationException>(async () => await Store.ListAsync("t/", 10, "nonsense", default));
        await Assert.ThrowsAsync<ArgumentException>(async () => await Store.ListAsync("t/", 0, null, default));
    }

    [Fact]
    public async Task A_blob_may_be_where_another_has_its_folder()
    {
        await PutAsync("t/a/b", "inner");
        await PutAsync("t/a", "outer");
        await Store.DeleteAsync("t/a", default);

        Assert.Equal("inner", await ReadAsync("t/a/b"));
    }

    [Fact]
    public async Task Paths_that_differ_in_case_are_different_blobs()
    {
        await PutAsync("t/Model.onnx", "upper");
        await PutAsync("t/model.onnx", "lower");

        Assert.Equal("upper", await ReadAsync("t/Model.onnx"));
        Assert.Equal("lower", await ReadAsync("t/model.onnx"));
    }

    [Fact]
    public async Task A_deleted_blob_is_gone_and_may_be_made_again_either_way()
    {
        await PutAsync(Path, "put");
        Assert.True(await Store.DeleteAsync(Path, default));
        Assert.Null(await Store.FindAsync(Path, default));
        await AppendAsync("appended", 0);
        Assert.True(await Store.DeleteAsync(Path, default));

        await PutAsync(Path, "put");
        Assert.Equal("put", await ReadAsync(Path));
    }

    [Fact]
    public async Task A_path_of_the_greatest_length_is_kept()
    {
        var path = string.Join('/', Enumerable.Repeat(new string('p', 200), 5)) + "/" + new string('q', 19);
        await PutAsync(path, "deep");

        Assert.Equal("deep", await ReadAsync(path));
        Assert.Equal([path], await ListAsync(path[..700], 10));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/a")]
    [InlineData("a/")]
    [InlineData("a//b")]
    [InlineData("../a")]
    [InlineData("a/../b")]
    [InlineData("a/./b")]
    [InlineData("a\\b")]
    [InlineData("a~b")]
    [InlineData("a\0b")]
    [InlineData("ä")]
    public async Task Illegal_paths_are_refused(string path)
    {
        await Assert.ThrowsAsync<ArgumentException>(async () => await PutAsync(path, "x"));
        await Assert.ThrowsAsync<ArgumentException>(async () => await Store.AppendAsync(path, "x"u8.ToArray(), 0, default));
        await Assert.ThrowsAsync<ArgumentException>(async () => await Store.FindAsync(path, default));
        await Assert.ThrowsAsync<ArgumentException>(async () => await Store.OpenReadAsync(path, 0, null, default));
        await Assert.ThrowsAsync<ArgumentException>(async () => await Store.DeleteAsync(path, default));
    }

    [Fact]
    public async Task A_cancelled_call_ends_as_cancelled_and_writes_nothing()
    {
        var cancelled = new CancellationToken(canceled: true);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => Store.PutAsync(Path, new MemoryStream([1]), BlobCondition.None, cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.AppendAsync(Path, new byte[1], 0, cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.FindAsync(Path, cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.ListAsync("", 1, null, cancelled));
        Assert.Null(await Store.FindAsync(Path, default));
    }

    [Fact]
    public async Task A_put_cancelled_midway_changes_nothing()
    {
        await PutAsync(Path, "before");
        using var source = new CancellationTokenSource();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => Store.PutAsync(Path, new BreakingStream(100_000, source.Cancel), BlobCondition.None, source.Token));

        Assert.Equal("before", await ReadAsync(Path));
    }

    private async Task<BlobInfo> PutAsync(string path, string content)
    {
        var put = await TryPutAsync(path, content, BlobCondition.None);
        Assert.NotNull(put);
        return put;
    }

    private Task<BlobInfo?> TryPutAsync(string path, string content, BlobCondition condition) =>
        Store.PutAsync(path, new MemoryStream(Encoding.UTF8.GetBytes(content)), condition, default);

    private async Task<BlobInfo> FindAsync(string path)
    {
        var found = await Store.FindAsync(path, default);
        Assert.NotNull(found);
        return found;
    }

    private Task<AppendOutcome> AppendAsync(string content, long offset) =>
        Store.AppendAsync(Path, Encoding.UTF8.GetBytes(content), offset, default);

    private async Task<string> ReadAsync(string path, IBlobStore? store = null)
    {
        await using var stream = await (store ?? Store).OpenReadAsync(path, 0, null, default);
        Assert.NotNull(stream);
        return await new StreamReader(stream).ReadToEndAsync();
    }

    private async Task<List<string>> ListAsync(string prefix, int limit)
    {
        var paths = new List<string>();
        string? continuation = null;
        do
        {
            var page = await Store.ListAsync(prefix, limit, continuation, default);
            Assert.InRange(page.Blobs.Count, 0, limit);
            paths.AddRange(page.Blobs.Select(blob => blob.Path));
            continuation = page.Continuation;
        }
        while (continuation is not null);

        return paths;
    }

    /// <summary>Half of the racers use a second store over the same data.</summary>
    private async Task<T[]> RaceAsync<T>(int racers, Func<IBlobStore, int, Task<T>> run)
    {
        IBlobStore[] stores = [Store, OpenAnother()];
        return await Task.WhenAll(Enumerable.Range(0, racers).Select(i => Task.Run(() => run(stores[i % 2], i))));
    }
}
