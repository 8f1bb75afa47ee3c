using System.Text;
using Mlops.Storage;

namespace Mlops.Data;

public sealed class UploadGuardTests : IDisposable
{
    private const string Mixed = "id,size\n1,5\n2,-1\n3,\"7\"\n3,8\n4,9\n";
    private static readonly TenantId Tenant = TenantId.Default;
    private static readonly DatasetName Name = DatasetName.Parse("parts");
    private static readonly Expectation Positive = Evaluations.Expectation("expect_column_values_to_be_between", """{"column":"size","min_value":0}""");
    private static readonly Expectation Unique = Evaluations.Expectation("expect_column_values_to_be_unique", """{"column":"id"}""");

    private readonly TempFolder _folder = new();
    private readonly FakeTimeProvider _time = new();
    private readonly SqliteStorage _storage;
    private readonly DatasetStore _store;
    private readonly ExpectationStore _suites;

    public UploadGuardTests()
    {
        _storage = SqliteStorage.Open(_folder.Path, _time, IdSource.Random);
        _store = new DatasetStore(_storage.Tables, _storage.Blobs, _time, IdSource.Random, DatasetLimits.Default);
        _suites = new ExpectationStore(_storage.Tables, _time);
    }

    [Fact]
    public async Task A_file_that_breaks_a_critical_expectation_is_rejected_and_leaves_nothing()
    {
        await GuardAsync(OnUpload.Reject, Positive);

        var rejected = Assert.IsType<UploadOutcome.Rejected>(await UploadAsync(Mixed));

        Assert.Equal("expect_column_values_to_be_between of 'size': 1 of 5 rows are unexpected", rejected.Result.Results[0].Told());
        Assert.Null(await _store.FindDatasetAsync(Tenant, Name, default));
        Assert.Empty(await BlobsAsync());
        Assert.IsType<UploadOutcome.Stored>(await UploadAsync("id,size\n1,5\n"));
    }

    [Fact]
    public async Task Rows_that_break_expectations_are_set_aside_and_nothing_is_lost()
    {
        await GuardAsync(OnUpload.Quarantine, Positive, Unique);

        var version = Assert.IsType<UploadOutcome.Stored>(await UploadAsync(Mixed)).Version;

        Assert.Equal("id,size\n1,5\n4,9\n", await TextAsync(await _store.OpenReadAsync(Tenant, version, default)));
        Assert.Equal(
            """
            quarantine_row,quarantine_expectations,id,size
            2,expectations[0] expect_column_values_to_be_between(size),2,-1
            3,expectations[1] expect_column_values_to_be_unique(id),3,7
            4,expectations[1] expect_column_values_to_be_unique(id),3,8

            """.ReplaceLineEndings("\n"),
            await TextAsync(await _store.OpenQuarantineAsync(Tenant, version, default)));
        Assert.Equal((2L, 3L, false), (version.Rows, version.Check?.QuarantinedRows, version.Check?.Success));
        Assert.Equal(3, (await BlobsAsync()).Count);
    }

    [Fact]
    public async Task The_same_file_is_the_same_version_and_another_with_the_same_rest_is_not()
    {
        await GuardAsync(OnUpload.Quarantine, Positive);
        await UploadAsync("id,size\n1,5\n2,-1\n");

        var again = Assert.IsType<UploadOutcome.AlreadyStored>(await UploadAsync("id,size\n1,5\n2,-1\n"));
        var other = Assert.IsType<UploadOutcome.Stored>(await UploadAsync("id,size\n3,-3\n1,5\n"));
        var plain = Assert.IsType<UploadOutcome.AlreadyStored>(await UploadAsync("id,size\n1,5\n"));

        Assert.Equal((1, 2, 1), (again.Version.Number, other.Version.Number, plain.Version.Number));
        Assert.Contains("1,expectations[0]", await TextAsync(await _store.OpenQuarantineAsync(Tenant, other.Version, default)), StringComparison.Ordinal);
        Assert.Equal(6, (await BlobsAsync()).Count);
    }

    [Theory]
    [InlineData("expect_table_row_count_to_be_between", """{"max_value":3}""", false)]
    [InlineData("expect_table_row_count_to_be_between", """{"max_value":4}""", true)]
    [InlineData("expect_column_mean_to_be_between", """{"column":"size","min_value":7}""", true)]
    public async Task What_is_expected_of_the_table_must_hold_of_the_rows_that_stay(string type, string kwargs, bool isStored)
    {
        await GuardAsync(OnUpload.Quarantine, Positive, Evaluations.Expectation(type, kwargs));

        Assert.Equal(isStored, await UploadAsync(Mixed) is UploadOutcome.Stored);
    }

    [Fact]
    public async Task A_file_of_which_no_row_is_left_is_rejected()
    {
        await GuardAsync(OnUpload.Quarantine, Positive);

        Assert.IsType<UploadOutcome.Rejected>(await UploadAsync("id,size\n1,-5\n"));
        Assert.Empty(await BlobsAsync());
    }

    [Fact]
    public async Task Warnings_and_tolerated_shares_set_nothing_aside()
    {
        await GuardAsync(
            OnUpload.Quarantine,
            Positive with { Severity = ExpectationSeverity.Warning },
            Evaluations.Expectation("expect_column_values_to_be_unique", """{"column":"id","mostly":0.5}"""));

        var version = Assert.IsType<UploadOutcome.Stored>(await UploadAsync(Mixed)).Version;

        Assert.Equal((5L, false, null), (version.Rows, version.Check?.Success, version.Check?.Quarantine));
    }

    [Fact]
    public async Task A_warning_guard_stores_the_file_as_it_is_with_its_result()
    {
        var suite = await GuardAsync(OnUpload.Warn, Positive);

        var version = Assert.IsType<UploadOutcome.Stored>(await UploadAsync(Mixed)).Version;

        var result = await new DatasetValidation(_store, _storage.Blobs, _time, DatasetLimits.Default).FindAsync(Tenant, version, suite, default);
        Assert.Equal((5L, false, 1L), (version.Rows, result?.Success, result?.Results[0].Result.UnexpectedCount));
    }

    [Fact]
    public async Task Far_numbers_and_rows_out_of_order_are_set_aside_too()
    {
        await GuardAsync(
            OnUpload.Quarantine,
            Evaluations.Expectation("expect_column_value_z_scores_to_be_less_than", """{"column":"size","threshold":2.5}"""),
            Evaluations.Expectation("expect_column_values_to_be_increasing", """{"column":"id"}"""));
        var rows = string.Concat(Enumerable.Range(1, 20).Select(i => $"{(i is 10 ? 99 : i)},{(i is 15 ? 1_000 : i % 3)}\n"));

        var version = Assert.IsType<UploadOutcome.Stored>(await UploadAsync("id,size\n" + rows)).Version;

        var kept = await TextAsync(await _store.OpenReadAsync(Tenant, version, default));
        Assert.DoesNotContain("1000", kept, StringComparison.Ordinal);
        var ids = kept.Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(line => int.Parse(line.Split(',')[0], null)).ToList();
        Assert.Equal(ids.Order(), ids);
        Assert.Equal(20, version.Rows + version.Check?.QuarantinedRows);
    }

    [Fact]
    public async Task Values_come_out_of_the_sieve_as_they_went_in()
    {
        await GuardAsync(OnUpload.Quarantine, Evaluations.Expectation("expect_column_values_to_not_be_in_set", """{"column":"a","value_set":["bad"]}"""));

        var version = Assert.IsType<UploadOutcome.Stored>(await UploadAsync("\uFEFFa\r\n\"x,\"\"y\"\"\"\r\n\"\"\r\nbad\r\n\"two\nlines\"\r\n")).Version;

        Assert.Equal("a\n\"x,\"\"y\"\"\"\n\"\"\n\"two\nlines\"\n", await TextAsync(await _store.OpenReadAsync(Tenant, version, default)));
        Assert.Equal(3, version.Rows);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_process_that_dies_leaves_no_version_and_what_it_left_is_swept(int commits)
    {
        await GuardAsync(OnUpload.Quarantine, Positive);
        var dying = new DatasetStore(new DyingTables(_storage.Tables, commits - 1), _storage.Blobs, _time, IdSource.Random, DatasetLimits.Default);

        await Assert.ThrowsAsync<IOException>(() => dying.UploadAsync(Tenant, Name, Csv(Mixed), default));

        Assert.Null(await _store.FindDatasetAsync(Tenant, Name, default));
        _time.Advance(TimeSpan.FromDays(2));
        Assert.Equal(commits - 1, await _store.SweepAsync(Tenant, default));
        Assert.Empty(await BlobsAsync());
        Assert.IsType<UploadOutcome.Stored>(await UploadAsync(Mixed));
    }

    [Fact]
    public async Task A_suite_is_versioned_and_the_same_content_is_the_same_version()
    {
        var name = SuiteName.Parse("strict");
        var first = Assert.IsType<SuiteOutcome.Stored>(await PutAsync(name, new([Positive]))).Version;
        Assert.IsType<SuiteOutcome.Unchanged>(await PutAsync(name, new([Positive])));
        var second = Assert.IsType<SuiteOutcome.Stored>(await PutAsync(name, new([Positive, Unique]), first.Sha256)).Version;

        Assert.IsType<SuiteOutcome.Stale>(await PutAsync(name, new([Unique]), first.Sha256));
        Assert.Equal((1, 2), (first.Number, second.Number));
        Assert.Equal([2, 1], (await _suites.ListVersionsAsync(Tenant, Name, name, 10, null, default)).Versions.Select(version => version.Number));
        Assert.Equal(1, (await _suites.FindAsync(Tenant, Name, name, 1, default))?.Suite.Expectations.Count);
        Assert.Equal(2, Assert.Single((await _suites.ListAsync(Tenant, Name, 10, null, default)).Suites).Latest);
    }

    [Fact]
    public async Task One_suite_at_most_guards_uploads()
    {
        var first = await GuardAsync(OnUpload.Reject, Positive);

        var second = await PutAsync(SuiteName.Parse("second"), new([Unique], OnUpload.Warn));
        Assert.Equal(first, Assert.IsType<SuiteOutcome.AnotherGuards>(second).Suite);

        await PutAsync(first, new([Positive]));
        Assert.Null(await _suites.FindGuardAsync(Tenant, Name, default));
        Assert.IsType<SuiteOutcome.Stored>(await PutAsync(SuiteName.Parse("second"), new([Unique], OnUpload.Warn)));
        Assert.Equal("second", (await _suites.FindGuardAsync(Tenant, Name, default))?.Name.Value);
    }

    [Fact]
    public async Task A_removed_suite_guards_nothing_and_keeps_its_versions()
    {
        var name = await GuardAsync(OnUpload.Reject, Positive);

        Assert.Equal(SuiteRemoval.Stale, await _suites.RemoveAsync(Tenant, Name, name, "another", default));
        Assert.IsType<UploadOutcome.Rejected>(await UploadAsync(Mixed));
        Assert.Equal(SuiteRemoval.Removed, await _suites.RemoveAsync(Tenant, Name, name, null, default));

        Assert.IsType<UploadOutcome.Stored>(await UploadAsync(Mixed));
        Assert.Null(await _suites.FindAsync(Tenant, Name, name, null, default));
        Assert.Empty((await _suites.ListAsync(Tenant, Name, 10, null, default)).Suites);
        Assert.Equal(OnUpload.Reject, (await _suites.FindAsync(Tenant, Name, name, 1, default))?.Suite.OnUpload);
        Assert.Equal(SuiteRemoval.UnknownSuite, await _suites.RemoveAsync(Tenant, Name, name, null, default));
        Assert.IsType<SuiteOutcome.Stored>(await PutAsync(SuiteName.Parse("second"), new([Unique], OnUpload.Warn)));
    }

    [Fact]
    public async Task A_suite_that_is_put_again_goes_on_counting_its_versions()
    {
        var name = await GuardAsync(OnUpload.Reject, Positive);
        await _suites.RemoveAsync(Tenant, Name, name, null, default);

        var again = Assert.IsType<SuiteOutcome.Stored>(await PutAsync(name, new([Positive], OnUpload.Reject)));

        Assert.Equal(2, again.Version.Number);
        Assert.Equal(2, (await _suites.FindAsync(Tenant, Name, name, null, default))?.Number);
    }

    public void Dispose()
    {
        _storage.Dispose();
        _folder.Dispose();
    }

    private static MemoryStream Csv(string text) => new(Encoding.UTF8.GetBytes(text));

    private static async Task<string> TextAsync(Stream? content)
    {
        Assert.NotNull(content);
        using var reader = new StreamReader(content);
        return await reader.ReadToEndAsync();
    }

    private Task<UploadOutcome> UploadAsync(string text) => _store.UploadAsync(Tenant, Name, Csv(text), default);

    private Task<SuiteOutcome> PutAsync(SuiteName name, ExpectationSuite suite, string? ifMatch = null) =>
        _suites.PutAsync(Tenant, Name, name, suite, ifMatch, default);

    private async Task<SuiteName> GuardAsync(OnUpload onUpload, params Expectation[] expectations)
    {
        var name = SuiteName.Parse("guard");
        Assert.IsType<SuiteOutcome.Stored>(await PutAsync(name, new(expectations, onUpload)));
        return name;
    }

    private async Task<IReadOnlyList<string>> BlobsAsync() =>
        [.. (await _storage.Blobs.ListAsync("default/", 1_000, null, default)).Blobs.Select(blob => blob.Path)];
}
