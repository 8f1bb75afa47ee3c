using Microsoft.Data.Sqlite;

namespace Mlops.Storage;

public sealed class FolderBlobStoreTests : BlobStoreContract, IDisposable
{
    private readonly SharedStorage _storage = new();

    protected override IBlobStore Store => _storage.First.Blobs;

    public void Dispose() => _storage.Dispose();

    protected override IBlobStore OpenAnother() => _storage.OpenAnother().Blobs;

    [Fact]
    public async Task A_put_over_an_appended_blob_and_an_append_to_a_put_blob_are_refused()
    {
        await Store.AppendAsync("appended", new byte[1], 0, default);
        await Store.PutAsync("put", new MemoryStream([1]), BlobCondition.None, default);

        await Assert.ThrowsAsync<InvalidOperationException>(
            () => Store.PutAsync("appended", new MemoryStream([1]), BlobCondition.None, default));
        await Assert.ThrowsAsync<InvalidOperationException>(() => Store.AppendAsync("put", new byte[1], 1, default));
    }

    [Fact]
    public async Task A_blob_is_dated_by_the_clock_it_was_given()
    {
        _storage.Time.Advance(TimeSpan.FromDays(30));

        var put = await Store.PutAsync("dated", new MemoryStream([1]), BlobCondition.None, default);

        Assert.Equal(_storage.Time.GetUtcNow(), put?.LastModified);
    }

    [Fact]
    public async Task Replaced_deleted_and_refused_content_leaves_no_file()
    {
        var put = await Store.PutAsync("a", new MemoryStream([1]), BlobCondition.None, default);
        await Store.PutAsync("a", new MemoryStream([2]), BlobCondition.None, default);
        await Store.PutAsync("b", new MemoryStream([3]), BlobCondition.None, default);
        await Store.DeleteAsync("b", default);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => CancelMidwayAsync());
        Assert.Null(await Store.PutAsync("a", new MemoryStream([4]), BlobCondition.Unchanged(put?.ETag ?? ""), default));

        Assert.Single(Files());
    }

    [Fact]
    public async Task What_a_torn_append_left_behind_the_end_is_not_seen_and_is_overwritten()
    {
        await Store.AppendAsync("log", "whole"u8.ToArray(), 0, default);
        await File.AppendAllTextAsync(Files().Single(), "torn and longer than the next");

        Assert.Equal("whole", await ReadAsync("log"));
        await Store.AppendAsync("log", "+next"u8.ToArray(), 5, default);
        Assert.Equal("whole+next", await ReadAsync("log"));
    }

    [Fact]
    public async Task An_append_that_the_disk_refuses_does_not_keep_the_next_from_its_turn()
    {
        await Store.AppendAsync("log", "before"u8.ToArray(), 0, default);
        var (locks, away) = (Path.Combine(_storage.Folder, "locks"), Path.Combine(_storage.Folder, "away"));
        Directory.Move(locks, away);
        await Assert.ThrowsAsync<DirectoryNotFoundException>(() => Store.AppendAsync("log", "lost"u8.ToArray(), 6, default));
        Directory.Move(away, locks);

        await Store.AppendAsync("log", " after"u8.ToArray(), 6, default).WaitAsync(TimeSpan.FromMinutes(1));

        Assert.Equal("before after", await ReadAsync("log"));
    }

    [Fact]
    public async Task A_blob_takes_as_many_appends_as_in_Azure_and_no_more()
    {
        await Store.AppendAsync("log", "1"u8.ToArray(), 0, default);
        Execute($"UPDATE blobs SET appended={IBlobStore.MaxAppends - 1}");
        await Store.AppendAsync("log", "2"u8.ToArray(), 1, default);

        await Assert.ThrowsAsync<InvalidOperationException>(() => Store.AppendAsync("log", "3"u8.ToArray(), 2, default));
        Assert.Equal("12", await ReadAsync("log"));
    }

    private void Execute(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(_storage.Folder, "mlops.db")};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private IEnumerable<string> Files() =>
        Directory.EnumerateFiles(Path.Combine(_storage.Folder, "blobs"), "*", SearchOption.AllDirectories);

    private async Task CancelMidwayAsync()
    {
        using var source = new CancellationTokenSource();
        await Store.PutAsync("c", new BreakingStream(10, source.Cancel), BlobCondition.None, source.Token);
    }

    private async Task<string> ReadAsync(string path)
    {
        await using var stream = await Store.OpenReadAsync(path, 0, null, default);
        Assert.NotNull(stream);
        return await new StreamReader(stream).ReadToEndAsync();
    }
}
