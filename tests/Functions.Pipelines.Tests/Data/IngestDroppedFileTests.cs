using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Mlops.Data;
using Mlops.Storage;

namespace Mlops.Pipelines.Data;

public sealed class IngestDroppedFileTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly SqliteStorage _storage;
    private readonly DatasetStore _datasets;

    public IngestDroppedFileTests()
    {
        _storage = SqliteStorage.Open(_folder.Path, new FakeTimeProvider(), IdSource.Random);
        _datasets = new(
            _storage.Tables, _storage.Blobs, new FakeTimeProvider(), IdSource.Random, DatasetLimits.Default with { MaxBytes = 100 });
    }

    [Fact]
    public async Task A_dropped_file_becomes_a_version_once_however_often_it_is_handed_over()
    {
        await DropAsync("iris", "a\n1\n");
        await DropAsync("iris", "a\n1\n");

        var version = await _datasets.FindAsync(TenantId.Default, DatasetName.Parse("iris"), null, default);
        Assert.Equal((1, 1L), (version?.Number, version?.Rows));
    }

    [Theory]
    [InlineData("iris", "a,b\n1\n", "uploads/iris/new.csv, line 2: The row has 1 value; the header has 2.")]
    [InlineData("iris", "a,b\n1,inf\n", "uploads/iris/new.csv, line 2, column 'b': The number is infinite or too large.")]
    [InlineData("Iris", "a\n1\n", "uploads/Iris/new.csv: 'Iris' is not a data set name.")]
    public async Task A_refused_file_fails_the_invocation_with_the_reason(string dataset, string text, string message)
    {
        var failure = await Assert.ThrowsAsync<InvalidDataException>(() => DropAsync(dataset, text));

        Assert.Equal(message, failure.Message);
        Assert.Empty((await _datasets.ListAsync(TenantId.Default, 10, null, default)).Datasets);
    }

    [Fact]
    public async Task Too_long_a_file_fails_the_invocation()
    {
        var failure = await Assert.ThrowsAsync<InvalidDataException>(() => DropAsync("iris", "a\n" + new string('1', 200)));

        Assert.Equal("uploads/iris/new.csv is longer than 100 bytes.", failure.Message);
    }

    [Fact]
    public async Task A_file_that_breaks_the_suite_that_guards_uploads_fails_the_invocation_and_is_no_version()
    {
        var exists = new Expectation(
            "expect_column_to_exist",
            new Dictionary<string, JsonElement> { ["column"] = JsonSerializer.SerializeToElement("b") });
        await new ExpectationStore(_storage.Tables, new FakeTimeProvider()).PutAsync(
            TenantId.Default, DatasetName.Parse("iris"), SuiteName.Parse("guard"), new([exists], OnUpload.Reject), null, default);

        var failure = await Assert.ThrowsAsync<InvalidDataException>(() => DropAsync("iris", "a\n1\n"));

        Assert.Equal(
            "uploads/iris/new.csv breaks 1 critical expectations of suite 'guard': expect_column_to_exist of 'b': not met", failure.Message);
        Assert.Empty((await _datasets.ListAsync(TenantId.Default, 10, null, default)).Datasets);
    }

    public void Dispose()
    {
        _storage.Dispose();
        _folder.Dispose();
    }

    private async Task DropAsync(string dataset, string text)
    {
        await using var content = new MemoryStream(Encoding.UTF8.GetBytes(text));
        var function = new IngestDroppedFile(_datasets, NullLogger<IngestDroppedFile>.Instance);
        await function.RunAsync(content, dataset, "new.csv", default);
    }
}
