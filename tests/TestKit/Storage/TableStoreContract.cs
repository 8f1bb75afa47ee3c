using System.Text;

namespace Mlops.Storage;

/// <summary>What <see cref="ITableStore"/> promises. Every adapter inherits this class and passes all of it.</summary>
public abstract class TableStoreContract
{
    private const string Partition = "default:tests";
    private static readonly byte[] One = """{"n":1}"""u8.ToArray();
    private static readonly byte[] Two = """{"n":2}"""u8.ToArray();

    protected abstract ITableStore Store { get; }

    /// <summary>Another store over the same data, as a second process would have it.</summary>
    protected abstract ITableStore OpenAnother();

    [Fact]
    public async Task A_committed_row_is_found_with_its_tag()
    {
        var tags = await CommitAsync(new TableWrite.Insert("a", One));

        var found = await Store.FindAsync(new(Partition, "a"), default);

        Assert.NotNull(found);
        Assert.Equal(One, found.Document.ToArray());
        Assert.Equal(tags[0], found.ETag);
    }

    [Fact]
    public async Task A_row_is_not_found_in_another_partition()
    {
        await CommitAsync(new TableWrite.Insert("a", One));

        Assert.Null(await Store.FindAsync(new("other:tests", "a"), default));
    }

    [Fact]
    public async Task Another_store_sees_what_was_committed()
    {
        await CommitAsync(new TableWrite.Insert("a", One));

        Assert.NotNull(await OpenAnother().FindAsync(new(Partition, "a"), default));
    }

    [Fact]
    public async Task An_insert_of_an_existing_row_is_refused()
    {
        await CommitAsync(new TableWrite.Insert("a", One));

        await RefusedAsync(0, RefusalReason.AlreadyExists, new TableWrite.Insert("a", Two));
        Assert.Equal(One, await DocumentAsync("a"));
    }

    [Fact]
    public async Task A_replace_with_the_current_tag_writes_and_makes_a_new_tag()
    {
        var inserted = await CommitAsync(new TableWrite.Insert("a", One));

        var replaced = await CommitAsync(new TableWrite.Replace("a", Two, inserted[0]!));

        Assert.NotEqual(inserted[0], replaced[0]);
        Assert.Equal(Two, await DocumentAsync("a"));
    }

    [Fact]
    public async Task A_replace_with_a_stale_tag_is_refused()
    {
        var inserted = await CommitAsync(new TableWrite.Insert("a", One));
        await CommitAsync(new TableWrite.Upsert("a", Two));

        await RefusedAsync(0, RefusalReason.Stale, new TableWrite.Replace("a", One, inserted[0]!));
        Assert.Equal(Two, await DocumentAsync("a"));
    }

    [Fact]
    public async Task A_tag_is_stale_even_when_the_row_was_deleted_and_made_again_alike()
    {
        var first = await CommitAsync(new TableWrite.Insert("a", One));
        await CommitAsync(new TableWrite.Delete("a"));
        await CommitAsync(new TableWrite.Insert("a", One));

        await RefusedAsync(0, RefusalReason.Stale, new TableWrite.Replace("a", Two, first[0]!));
    }

    [Fact]
    public Task A_replace_of_no_row_is_refused() =>
        RefusedAsync(0, RefusalReason.Missing, new TableWrite.Replace("a", One, "1"));

    [Fact]
    public async Task An_upsert_writes_whether_or_not_the_row_exists()
    {
        var first = await CommitAsync(new TableWrite.Upsert("a", One));
        var second = await CommitAsync(new TableWrite.Upsert("a", Two));

        Assert.NotEqual(first[0], second[0]);
        Assert.Equal(Two, await DocumentAsync("a"));
    }

    [Fact]
    public async Task A_delete_removes_the_row_and_has_no_tag()
    {
        await CommitAsync(new TableWrite.Insert("a", One));

        Assert.Equal([null], await CommitAsync(new TableWrite.Delete("a")));
        Assert.Null(await Store.FindAsync(new(Partition, "a"), default));
    }

    [Fact]
    public async Task A_delete_is_refused_without_a_row_and_with_a_stale_tag()
    {
        await RefusedAsync(0, RefusalReason.Missing, new TableWrite.Delete("a"));
        var tags = await CommitAsync(new TableWrite.Insert("a", One));
        await CommitAsync(new TableWrite.Upsert("a", Two));

        await RefusedAsync(0, RefusalReason.Stale, new TableWrite.Delete("a", tags[0]));
    }

    [Fact]
    public async Task A_commit_writes_all_its_rows()
    {
        var tags = await CommitAsync(new TableWrite.Insert("old", One), new TableWrite.Insert("gone", One));

        await CommitAsync(
            new TableWrite.Insert("new", One), new TableWrite.Replace("old", Two, tags[0]!), new TableWrite.Delete("gone", tags[1]));

        Assert.Equal(["new", "old"], (await ScanAllAsync(new(Partition))).Select(row => row.Key.Row));
        Assert.Equal(Two, await DocumentAsync("old"));
    }

    [Fact]
    public async Task A_commit_with_one_refused_write_writes_nothing_and_names_it()
    {
        await CommitAsync(new TableWrite.Insert("there", One), new TableWrite.Insert("gone", One));

        await RefusedAsync(
            2,
            RefusalReason.AlreadyExists,
            new TableWrite.Upsert("x", One),
            new TableWrite.Delete("gone"),
            new TableWrite.Insert("there", Two),
            new TableWrite.Insert("y", One));
    }

    [Fact]
    public async Task A_scan_is_in_ordinal_order_whatever_the_order_of_writing()
    {
        string[] keys = ["b", "a", "B", "A", "a~", "a:1", "a.1", "a-1", "a 1", "10", "9", "_", "|", "a@b", "a:10", "a:2"];
        foreach (var key in keys)
        {
            await CommitAsync(new TableWrite.Insert(key, One));
        }

        var found = await ScanAllAsync(new(Partition, Limit: 3));

        Assert.Equal(keys.Order(StringComparer.Ordinal), found.Select(row => row.Key.Row));
    }

    [Fact]
    public async Task A_scan_starts_at_From_and_stops_before_To()
    {
        await InsertManyAsync(10);

        var found = await ScanAllAsync(new(Partition, From: Key(3), To: Key(6)));

        Assert.Equal([Key(3), Key(4), Key(5)], found.Select(row => row.Key.Row));
    }

    [Fact]
    public async Task A_scan_by_prefix_finds_what_starts_with_it_and_nothing_else()
    {
        string[] keys = ["run", "run:", "run:1", "run:~", "run;1", "rum:1"];
        await CommitAsync([.. keys.Select(key => new TableWrite.Insert(key, One))]);

        var found = await ScanAllAsync(TableScan.WithPrefix(Partition, "run:"));

        Assert.Equal(["run:", "run:1", "run:~"], found.Select(row => row.Key.Row));
    }

    [Fact]
    public async Task A_page_has_no_more_rows_than_asked_and_the_continuations_lead_through_all()
    {
        await InsertManyAsync(250);

        var seen = new List<string>();
        for (string? continuation = null, next = ""; next is not null; continuation = next)
        {
            var page = await Store.ScanAsync(new(Partition, Limit: 40, Continuation: continuation), default);
            Assert.InRange(page.Rows.Count, 0, 40);
            seen.AddRange(page.Rows.Select(row => row.Key.Row));
            next = page.Continuation;
        }

        Assert.Equal(Enumerable.Range(0, 250).Select(Key), seen);
    }

    [Fact]
    public async Task A_scan_goes_on_after_rows_that_have_gone_in_the_meantime()
    {
        await InsertManyAsync(10);
        var first = await Store.ScanAsync(new(Partition, Limit: 4), default);
        await CommitAsync(new TableWrite.Delete(Key(3)), new TableWrite.Delete(Key(4)));

        var rest = await ScanAllAsync(new(Partition, Limit: 4, Continuation: first.Continuation));

        Assert.Equal([Key(5), Key(6), Key(7), Key(8), Key(9)], rest.Select(row => row.Key.Row));
    }

    [Fact]
    public async Task Large_rows_come_in_pages_and_all_of_them_come()
    {
        var large = new byte[TableLimits.MaxDocumentBytes];
        large.AsSpan().Fill((byte)' ');
        for (var i = 0; i < 9; i++)
        {
            await CommitAsync(new TableWrite.Insert(Key(i), large));
        }

        Assert.Equal(9, (await ScanAllAsync(new(Partition))).Count(row => row.Document.Length == large.Length));
    }

    [Fact]
    public async Task An_empty_partition_scans_to_nothing() => Assert.Empty(await ScanAllAsync(new("nobody:here")));

    [Theory]
    [InlineData(0)]
    [InlineData(1_001)]
    public Task A_page_of_an_illegal_size_is_refused(int limit) =>
        Assert.ThrowsAsync<ArgumentException>(async () => await Store.ScanAsync(new(Partition, Limit: limit), default));

    [Theory]
    [InlineData("nonsense")]
    [InlineData("")]
    [InlineData("e30")]
    public Task A_made_up_continuation_is_refused(string continuation) =>
        Assert.ThrowsAsync<InvalidContinuationException>(
            async () => await Store.ScanAsync(new(Partition, Continuation: continuation), default));

    [Fact]
    public async Task A_continuation_of_another_partition_is_refused()
    {
        await InsertManyAsync(3);
        var page = await Store.ScanAsync(new(Partition, Limit: 1), default);

        await Assert.ThrowsAsync<InvalidContinuationException>(
            async () => await Store.ScanAsync(new("other:tests", Continuation: page.Continuation), default));
    }

    [Fact]
    public async Task A_hundred_rows_commit_together_and_a_hundred_and_one_do_not()
    {
        await CommitAsync([.. Enumerable.Range(0, 100).Select(i => new TableWrite.Insert(Key(i), One))]);

        await IllegalAsync([.. Enumerable.Range(100, 101).Select(i => new TableWrite.Insert(Key(i), One))]);
        Assert.Equal(100, (await ScanAllAsync(new(Partition))).Count);
    }

    [Fact]
    public async Task A_commit_of_nothing_or_of_one_row_twice_is_refused()
    {
        await IllegalAsync();
        await IllegalAsync(new TableWrite.Insert("a", One), new TableWrite.Upsert("a", Two));
        Assert.Null(await Store.FindAsync(new(Partition, "a"), default));
    }

    [Fact]
    public async Task A_row_of_the_largest_size_is_kept_and_one_byte_more_is_refused()
    {
        var largest = Enumerable.Repeat((byte)' ', TableLimits.MaxDocumentBytes).ToArray();
        await CommitAsync(new TableWrite.Insert("a", largest));

        await IllegalAsync(new TableWrite.Insert("b", new byte[TableLimits.MaxDocumentBytes + 1]));
        Assert.Equal(largest, await DocumentAsync("a"));
    }

    [Fact]
    public async Task A_commit_of_more_bytes_than_Azure_takes_is_refused()
    {
        var third = new byte[(TableLimits.MaxCommitBytes / 3) + 1];

        await IllegalAsync(new TableWrite.Insert("a", third), new TableWrite.Insert("b", third), new TableWrite.Insert("c", third));
        Assert.Empty(await ScanAllAsync(new(Partition)));
    }

    [Fact]
    public async Task Every_legal_character_may_be_in_a_key_and_finds_its_own_row()
    {
        var legal = Enumerable.Range(0, 128).Select(code => ((char)code).ToString()).Where(TableKey.IsLegal).ToList();
        await CommitAsync([.. legal.Select(key => new TableWrite.Insert(key, Encoding.UTF8.GetBytes($"\"{(int)key[0]}\"")))]);

        foreach (var key in legal)
        {
            Assert.Equal($"\"{(int)key[0]}\"", Encoding.UTF8.GetString(await DocumentAsync(key)));
        }
    }

    [Fact]
    public async Task Keys_of_the_greatest_length_are_kept_apart()
    {
        var stem = new string('k', TableKey.MaxLength - 1);
        await CommitAsync(new TableWrite.Insert(stem + "1", One), new TableWrite.Insert(stem + "2", Two));

        Assert.Equal(One, await DocumentAsync(stem + "1"));
        Assert.Equal(Two, await DocumentAsync(stem + "2"));
    }

    [Theory]
    [InlineData("a/b")]
    [InlineData("a\\b")]
    [InlineData("a#b")]
    [InlineData("a?b")]
    [InlineData("a%b")]
    [InlineData("a'b")]
    [InlineData("a\tb")]
    [InlineData("ä")]
    [InlineData("")]
    public async Task Illegal_keys_are_refused(string key)
    {
        Assert.Throws<ArgumentException>(() => new TableKey(Partition, key));
        Assert.Throws<ArgumentException>(() => new TableWrite.Upsert(key, One));
        await Assert.ThrowsAsync<ArgumentException>(async () => await Store.CommitAsync(key, [new TableWrite.Upsert("a", One)], default));
    }

    [Fact]
    public async Task Of_many_racing_inserts_one_wins()
    {
        var outcomes = await RaceAsync(16, (store, i) =>
            store.CommitAsync(Partition, [new TableWrite.Insert("a", Encoding.UTF8.GetBytes($"{i}"))], default));

        var winner = Assert.Single(Enumerable.Range(0, 16), i => outcomes[i] is CommitOutcome.Committed);
        Assert.Equal($"{winner}", Encoding.UTF8.GetString(await DocumentAsync("a")));
    }

    [Fact]
    public async Task Of_many_racing_replacements_one_wins()
    {
        var tags = await CommitAsync(new TableWrite.Insert("a", One));

        var outcomes = await RaceAsync(16, (store, _) =>
            store.CommitAsync(Partition, [new TableWrite.Replace("a", Two, tags[0]!)], default));

        Assert.Single(outcomes, outcome => outcome is CommitOutcome.Committed);
        Assert.Equal(15, outcomes.Count(outcome => outcome is CommitOutcome.Refused { Reason: RefusalReason.Stale }));
    }

    [Fact]
    public async Task No_increment_is_lost_among_concurrent_read_and_replace_loops()
    {
        await CommitAsync(new TableWrite.Insert("count", "0"u8.ToArray()));

        await RaceAsync(8, async (store, _) =>
        {
            for (var done = 0; done < 10;)
            {
                done += await TryIncrementAsync(store) ? 1 : 0;
            }

            return true;
        });

        Assert.Equal("80", Encoding.UTF8.GetString(await DocumentAsync("count")));
    }

    [Fact]
    public async Task A_reader_never_sees_half_a_commit()
    {
        await CommitAsync(new TableWrite.Insert("left", "0"u8.ToArray()), new TableWrite.Insert("right", "0"u8.ToArray()));
        using var done = new CancellationTokenSource();
        var reading = Task.Run(async () =>
        {
            for (var pages = 0; !done.IsCancellationRequested || pages == 0; pages++)
            {
                var page = await Store.ScanAsync(new(Partition), default);
                Assert.Equal(page.Rows[0].Document.ToArray(), page.Rows[1].Document.ToArray());
            }
        });

        for (var i = 0; i < 200; i++)
        {
            var value = Encoding.UTF8.GetBytes($"{i}");
            await CommitAsync(new TableWrite.Upsert("left", value), new TableWrite.Upsert("right", value));
        }

        await done.CancelAsync();
        await reading;
    }

    [Fact]
    public async Task A_cancelled_call_ends_as_cancelled_and_writes_nothing()
    {
        var cancelled = new CancellationToken(canceled: true);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => Store.CommitAsync(Partition, [new TableWrite.Insert("a", One)], cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.FindAsync(new(Partition, "a"), cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.ScanAsync(new(Partition), cancelled));
        Assert.Null(await Store.FindAsync(new(Partition, "a"), default));
    }

    private static string Key(int number) => $"row:{number:D4}";

    private static async Task<bool> TryIncrementAsync(ITableStore store)
    {
        var row = await store.FindAsync(new(Partition, "count"), default);
        Assert.NotNull(row);
        var next = Encoding.UTF8.GetBytes($"{int.Parse(row.Document.Span) + 1}");
        return await store.CommitAsync(Partition, [new TableWrite.Replace("count", next, row.ETag)], default) is CommitOutcome.Committed;
    }

    /// <summary>Half of the racers use a second store over the same data.</summary>
    private async Task<T[]> RaceAsync<T>(int racers, Func<ITableStore, int, Task<T>> run)
    {
        ITableStore[] stores = [Store, OpenAnother()];
        return await Task.WhenAll(Enumerable.Range(0, racers).Select(i => Task.Run(() => run(stores[i % 2], i))));
    }

    private async Task InsertManyAsync(int count) => await Task.WhenAll(Enumerable.Range(0, count).Chunk(100).Select(
        numbers => CommitAsync([.. numbers.Select(i => new TableWrite.Insert(Key(i), One))])));

    private async Task<IReadOnlyList<string?>> CommitAsync(params TableWrite[] writes) =>
        Assert.IsType<CommitOutcome.Committed>(await Store.CommitAsync(Partition, writes, default)).ETags;

    private async Task RefusedAsync(int index, RefusalReason reason, params TableWrite[] writes)
    {
        var before = await ScanAllAsync(new(Partition));

        Assert.Equal(new CommitOutcome.Refused(index, reason), await Store.CommitAsync(Partition, writes, default));
        Assert.Equal(before.Select(row => (row.Key, row.ETag)), (await ScanAllAsync(new(Partition))).Select(row => (row.Key, row.ETag)));
    }

    private async Task IllegalAsync(params TableWrite[] writes) =>
        await Assert.ThrowsAsync<ArgumentException>(async () => await Store.CommitAsync(Partition, writes, default));

    private async Task<byte[]> DocumentAsync(string row) =>
        (await Store.FindAsync(new(Partition, row), default))?.Document.ToArray()
            ?? throw new InvalidOperationException($"There is no '{row}'.");

    private async Task<List<TableRow>> ScanAllAsync(TableScan scan)
    {
        var rows = new List<TableRow>();
        do
        {
            var page = await Store.ScanAsync(scan, default);
            rows.AddRange(page.Rows);
            scan = scan with { Continuation = page.Continuation };
        }
        while (scan.Continuation is not null);

        return rows;
    }
}
