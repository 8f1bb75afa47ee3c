using System.Text;
using Mlops.Storage;

namespace Mlops.Data;

public sealed class DatasetStoreTests : IDisposable
{
    private static readonly TenantId Tenant = TenantId.Default;
    private static readonly DatasetName Name = DatasetName.Parse("iris");

    private readonly TempFolder _folder = new();
    private readonly FakeTimeProvider _time = new();
    private readonly SqliteStorage _storage;
    private readonly DatasetStore _store;

    public DatasetStoreTests()
    {
        _storage = SqliteStorage.Open(_folder.Path, _time, IdSource.Random);
        _store = Store(DatasetLimits.Default);
    }

    [Fact]
    public async Task What_is_uploaded_is_found_and_reads_back_byte_for_byte()
    {
        var version = Stored(await UploadAsync("\uFEFFa,b\r\n1,red\r\n,blue\r\n"));

        Assert.Equal((1, 2L, 22L), (version.Number, version.Rows, version.Bytes));
        Assert.Equal([new("a", ColumnType.Integer, true), new("b", ColumnType.Category, false)], version.Schema.Columns);
        Assert.Equal(Text(version), Text(await _store.FindAsync(Tenant, Name, null, default)));
        Assert.Equal(Text(version), Text(await _store.FindAsync(Tenant, Name, 1, default)));
        Assert.Equal(Text(version), Text(await _store.FindByHashAsync(Tenant, Name, version.Sha256, default)));
        Assert.Null(await _store.FindAsync(Tenant, Name, 2, default));
        await using var content = await _store.OpenReadAsync(Tenant, version, default);
        using var reader = new StreamReader(content, new UTF8Encoding(false), detectEncodingFromByteOrderMarks: false);
        Assert.Equal("\uFEFFa,b\r\n1,red\r\n,blue\r\n", await reader.ReadToEndAsync());
    }

    [Fact]
    public async Task A_table_reads_into_memory_as_its_schema_says()
    {
        var version = Stored(await UploadAsync("n,flag,at,colour\n1.5,true,1970-01-02,red\nNA,,?,null\n-2,FALSE,1970-01-01,\"re\"\"d\"\n3,true,1970-01-01T00:01Z,red\n"));

        var frame = await _store.ReadFrameAsync(Tenant, version, default);

        Assert.Equal(version.Schema.Columns, frame.Schema.Columns);
        Assert.Equal([1.5, double.NaN, -2, 3], ((NumericColumn)frame["n"]).Values);
        Assert.Equal([1, double.NaN, 0, 1], ((NumericColumn)frame["flag"]).Values);
        Assert.Equal([86_400, double.NaN, 0, 60], ((NumericColumn)frame["at"]).Values);
        Assert.Equal([0, -1, 1, 0], ((StringColumn)frame["colour"]).Codes);
        Assert.Equal(["red", "re\"d"], ((StringColumn)frame["colour"]).Levels);
    }

    [Fact]
    public async Task A_file_that_is_not_as_its_version_says_is_not_read()
    {
        var version = Stored(await UploadAsync("n\n1\n2\n"));
        var wider = new DataSchema([new("n", ColumnType.Integer, false), new("m", ColumnType.Integer, false)]);

        foreach (var other in new[]
        {
            version with { Rows = 1 }, version with { Rows = 3 }, version with { Schema = wider },
            version with { Schema = new([new("n", ColumnType.Boolean, false)]) }, version with { Content = "default/datasets/iris/gone.csv" },
        })
        {
            await Assert.ThrowsAsync<InvalidDataException>(() => _store.ReadFrameAsync(Tenant, other, default));
        }
    }

    [Theory]
    [InlineData("breast-cancer.csv", 569, 31)]
    [InlineData("wine.csv", 178, 14)]
    [InlineData("digits.csv", 1797, 65)]
    [InlineData("diabetes.csv", 442, 11)]
    public async Task The_real_data_sets_go_in_and_come_out(string file, int rows, int columns)
    {
        await using var content = File.OpenRead(RepositoryFiles.Data(file));

        var version = Stored(await _store.UploadAsync(Tenant, Name, content, default));
        var frame = await _store.ReadFrameAsync(Tenant, version, default);

        Assert.Equal((rows, columns), (frame.RowCount, frame.Columns.Count));
        Assert.DoesNotContain(version.Schema.Columns, column => column.Nullable);
    }

    [Fact]
    public async Task The_same_content_is_the_same_version()
    {
        var first = Stored(await UploadAsync("a\n1\n"));
        var second = Stored(await UploadAsync("a\n2\n"));

        var again = Assert.IsType<UploadOutcome.AlreadyStored>(await UploadAsync("a\n1\n"));

        Assert.Equal((1, 2, 1), (first.Number, second.Number, again.Version.Number));
        Assert.Equal(2, (await BlobsAsync()).Count);
        Assert.Equal(2, (await _store.FindDatasetAsync(Tenant, Name, default))?.Latest);
    }

    [Fact]
    public async Task Racing_uploads_of_one_content_give_one_version()
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => UploadAsync("a\n1\n"))));

        Assert.Single(outcomes.OfType<UploadOutcome.Stored>());
        Assert.All(outcomes.OfType<UploadOutcome.AlreadyStored>(), outcome => Assert.Equal(1, outcome.Version.Number));
        Assert.Single(await BlobsAsync());
        Assert.Equal(0, await AnnouncedAsync());
    }

    [Fact]
    public async Task Racing_uploads_of_different_contents_get_consecutive_numbers()
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => Task.Run(() => UploadAsync($"a\n{i}\n"))));

        Assert.Equal(Enumerable.Range(1, 16), outcomes.Select(outcome => Stored(outcome).Number).Order());
        Assert.Equal(16, (await BlobsAsync()).Count);
    }

    [Theory]
    [InlineData("a,b\n1,2\n3\n", 3, null, "The row has 1 value; the header has 2.")]
    [InlineData("a,b\n1,2\n3,inf\n", 3, "b", "The number is infinite or too large.")]
    [InlineData("", 1, null, "The file is empty; it needs a header.")]
    public async Task A_malformed_file_is_refused_and_leaves_nothing(string text, int line, string? column, string reason)
    {
        Assert.Equal(new UploadOutcome.Malformed(line, column, reason), await UploadAsync(text));

        await AssertEmptyAsync();
    }

    [Fact]
    public async Task A_fault_late_in_a_long_file_is_refused_and_leaves_nothing()
    {
        var text = "a,b\n" + string.Concat(Enumerable.Repeat("1,2\n", 500_000)) + "1\n";

        Assert.Equal(new UploadOutcome.Malformed(500_002, null, "The row has 1 value; the header has 2."), await UploadAsync(text));

        await AssertEmptyAsync();
    }

    [Fact]
    public async Task Too_long_a_file_is_refused_and_leaves_nothing()
    {
        var store = Store(DatasetLimits.Default with { MaxBytes = 1_000_000 });
        var source = new EndlessCsv(long.MaxValue);

        Assert.Equal(new UploadOutcome.TooLarge(1_000_000), await store.UploadAsync(Tenant, Name, source, default));

        Assert.InRange(source.Given, 1_000_001, 1_600_000);
        await AssertEmptyAsync();
    }

    [Fact]
    public async Task A_file_of_exactly_the_limit_is_stored()
    {
        var store = Store(DatasetLimits.Default with { MaxBytes = 4 });

        Assert.IsType<UploadOutcome.Stored>(await store.UploadAsync(Tenant, Name, Content("a\n1\n"), default));
        Assert.Equal(new UploadOutcome.TooLarge(4), await store.UploadAsync(Tenant, Name, Content("a\n10\n"), default));
    }

    [Fact]
    public async Task A_table_too_wide_to_describe_is_refused_and_leaves_nothing()
    {
        var names = string.Join(',', Enumerable.Range(0, 8_000).Select(i => $"a_rather_long_column_name_{i}"));
        var values = string.Join(',', Enumerable.Repeat("1.5", 8_000));

        var refusal = Assert.IsType<UploadOutcome.Malformed>(await UploadAsync($"{names}\n{values}\n"));

        Assert.StartsWith("The schema and statistics of 8000 columns take ", refusal.Reason, StringComparison.Ordinal);
        await AssertEmptyAsync();
    }

    [Fact]
    public async Task An_upload_is_read_only_as_fast_as_it_is_stored()
    {
        var source = new EndlessCsv(long.MaxValue);
        await using var upload = new UploadStream(source, DatasetLimits.Default);

        await upload.ReadExactlyAsync(new byte[100]);

        Assert.InRange(source.Given, 100, 512 * 1024);
    }

    [Fact]
    public async Task An_upload_that_breaks_off_shows_nothing_and_is_swept_a_day_later()
    {
        await Assert.ThrowsAsync<IOException>(() => _store.UploadAsync(Tenant, Name, new EndlessCsv(700_000), default));
        Assert.Null(await _store.FindAsync(Tenant, Name, null, default));
        Assert.Equal((0, 1), ((await BlobsAsync()).Count, await AnnouncedAsync()));

        _time.Advance(TimeSpan.FromHours(25));
        Stored(await UploadAsync("a\n1\n"));

        Assert.Equal((1, 0), ((await BlobsAsync()).Count, await AnnouncedAsync()));
    }

    [Fact]
    public async Task A_death_between_blob_and_commit_shows_nothing_and_is_swept_a_day_later()
    {
        var dying = new DatasetStore(new DyingTables(_storage.Tables, 1), _storage.Blobs, _time, IdSource.Random, DatasetLimits.Default);
        await Assert.ThrowsAsync<IOException>(() => dying.UploadAsync(Tenant, Name, Content("a\n1\n"), default));
        Assert.Empty((await _store.ListAsync(Tenant, 10, null, default)).Datasets);
        Assert.Single(await BlobsAsync());

        Assert.Equal(0, await _store.SweepAsync(Tenant, default));
        _time.Advance(TimeSpan.FromHours(25));
        Assert.Equal(1, await _store.SweepAsync(Tenant, default));

        await AssertEmptyAsync();
    }

    [Fact]
    public async Task An_upload_that_was_swept_cannot_become_a_version()
    {
        var slow = new SlowCsv(async () =>
        {
            _time.Advance(TimeSpan.FromHours(25));
            Assert.Equal(1, await _store.SweepAsync(Tenant, default));
        });

        await Assert.ThrowsAsync<TimeoutException>(() => _store.UploadAsync(Tenant, Name, slow, default));

        Assert.Null(await _store.FindAsync(Tenant, Name, null, default));
    }

    [Fact]
    public async Task A_cancelled_upload_stores_nothing()
    {
        using var cancellation = new CancellationTokenSource();
        var slow = new SlowCsv(() => cancellation.CancelAsync());

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _store.UploadAsync(Tenant, Name, slow, cancellation.Token));

        Assert.Null(await _store.FindAsync(Tenant, Name, null, default));
        Assert.Empty(await BlobsAsync());
    }

    [Fact]
    public async Task Lists_are_in_order_and_in_pages()
    {
        foreach (var name in new[] { "wine", "a-b", "a", "a_b", "0" })
        {
            Stored(await _store.UploadAsync(Tenant, DatasetName.Parse(name), Content("x\n1\n"), default));
        }

        var first = await _store.ListAsync(Tenant, 3, null, default);
        var rest = await _store.ListAsync(Tenant, 3, first.Continuation, default);

        Assert.Equal(["0", "a", "a-b", "a_b", "wine"], first.Datasets.Concat(rest.Datasets).Select(dataset => dataset.Name.Value));
        Assert.Null(rest.Continuation);
    }

    [Fact]
    public async Task Versions_are_listed_newest_first_and_only_their_own()
    {
        for (var i = 1; i <= 12; i++)
        {
            Stored(await UploadAsync($"x\n{i}\n"));
            Stored(await _store.UploadAsync(Tenant, DatasetName.Parse("iris-2"), Content($"x\n{i}\n"), default));
        }

        var first = await _store.ListVersionsAsync(Tenant, Name, 10, null, default);
        var rest = await _store.ListVersionsAsync(Tenant, Name, 10, first.Continuation, default);

        Assert.Equal(Enumerable.Range(1, 12).Reverse(), first.Versions.Concat(rest.Versions).Select(version => version.Number));
        Assert.All(first.Versions, version => Assert.Equal(Name, version.Dataset));
    }

    [Fact]
    public async Task A_tenant_sees_only_its_own()
    {
        var other = TenantId.Parse("other");
        var version = Stored(await UploadAsync("x\n1\n"));

        Assert.Null(await _store.FindAsync(other, Name, null, default));
        Assert.Empty((await _store.ListAsync(other, 10, null, default)).Datasets);
        await Assert.ThrowsAsync<ArgumentException>(() => _store.OpenReadAsync(other, version, default));
        Assert.Equal(1, Stored(await _store.UploadAsync(other, Name, Content("x\n1\n"), default)).Number);
    }

    public void Dispose()
    {
        _storage.Dispose();
        _folder.Dispose();
    }

    private DatasetStore Store(DatasetLimits limits) => new(_storage.Tables, _storage.Blobs, _time, IdSource.Random, limits);

    private Task<UploadOutcome> UploadAsync(string text) => _store.UploadAsync(Tenant, Name, Content(text), default);

    private static MemoryStream Content(string text) => new(Encoding.UTF8.GetBytes(text));

    private static DatasetVersion Stored(UploadOutcome outcome) => Assert.IsType<UploadOutcome.Stored>(outcome).Version;

    private static string Text<T>(T value) => Encoding.UTF8.GetString(Documents.Write(value));

    private async Task<IReadOnlyList<BlobInfo>> BlobsAsync() => (await _storage.Blobs.ListAsync("default/datasets/", 100, null, default)).Blobs;

    private async Task<int> AnnouncedAsync() =>
        (await _storage.Tables.ScanAsync(TableScan.WithPrefix("default:datasets", "u:"), default)).Rows.Count;

    private async Task AssertEmptyAsync()
    {
        Assert.Empty(await BlobsAsync());
        Assert.Empty((await _storage.Tables.ScanAsync(new TableScan("default:datasets"), default)).Rows);
    }
}
