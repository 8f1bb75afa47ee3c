using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Mlops.Data;
using Mlops.Http;
using Mlops.Storage;

namespace Mlops.Api.Data;

public sealed class DatasetFunctionsTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly SqliteStorage _storage;
    private readonly ServiceProvider _services;
    private readonly DatasetFunctions _functions;

    public DatasetFunctionsTests()
    {
        _storage = SqliteStorage.Open(_folder.Path, new FakeTimeProvider(), IdSource.Random);
        _services = new ServiceCollection().AddLogging().AddHttpEdge().BuildServiceProvider();
        var limits = DatasetLimits.Default with { MaxBytes = 1_000 };
        _functions = new(new DatasetStore(_storage.Tables, _storage.Blobs, new FakeTimeProvider(), IdSource.Random, limits), limits);
    }

    [Fact]
    public async Task New_content_is_created_at_its_location_and_known_content_is_ok()
    {
        var (status, location, created) = await UploadAsync("a,b\n1,red\n2,\n");
        var (again, _, same) = await UploadAsync("a,b\n1,red\n2,\n");

        Assert.Equal((201, "/api/v1/datasets/iris/versions/1"), (status, location));
        Assert.Equal(200, again);
        Assert.Equal(created.GetRawText(), same.GetRawText());
        var columns = created.GetProperty("columns");
        Assert.Equal("category", columns[1].GetProperty("type").GetString());
        Assert.Equal(1, columns[1].GetProperty("missing").GetInt64());
        Assert.Equal(1.5, columns[0].GetProperty("numbers").GetProperty("mean").GetDouble());
    }

    [Fact]
    public async Task A_malformed_file_is_answered_with_line_column_and_reason()
    {
        var (status, _, problem) = await UploadAsync("a,b\n1,2\n3,x\"y\n");

        Assert.Equal(400, status);
        Assert.Equal(3, problem.GetProperty("line").GetInt32());
        Assert.Equal("b", problem.GetProperty("column").GetString());
        Assert.Equal("A quote stands inside a value that does not start with one.", problem.GetProperty("reason").GetString());
        Assert.Equal("b", problem.GetProperty("errors")[0].GetProperty("field").GetString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData(5_000L)]
    public async Task Too_long_a_file_is_answered_with_413_with_or_without_a_declared_length(long? length)
    {
        var (status, _, problem) = await UploadAsync("a\n" + new string('1', 5_000), contentLength: length);

        Assert.Equal(413, status);
        Assert.Equal("The file is longer than 1000 bytes.", problem.GetProperty("detail").GetString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("application/json")]
    [InlineData("text/csv; charset=iso-8859-1")]
    [InlineData("csv")]
    public async Task Another_content_type_is_refused(string? type)
    {
        var refusal = await Assert.ThrowsAsync<ProblemException>(() => UploadAsync("a\n1\n", type: type));

        Assert.Equal((415, "Content-Type"), (refusal.Status, refusal.Errors[0].Field));
    }

    [Theory]
    [InlineData("text/csv")]
    [InlineData("Text/CSV; charset=\"UTF-8\"; header=present")]
    [InlineData("application/octet-stream")]
    public async Task Csv_and_plain_bytes_are_accepted(string type) => Assert.Equal(201, (await UploadAsync("a\n1\n", type: type)).Status);

    [Theory]
    [InlineData("Iris")]
    [InlineData("-iris")]
    [InlineData("..")]
    [InlineData("iris%2F1")]
    public async Task What_is_no_name_is_refused(string name)
    {
        var refusal = await Assert.ThrowsAsync<ProblemException>(() => UploadAsync("a\n1\n", name));

        Assert.Equal((400, "name"), (refusal.Status, refusal.Errors[0].Field));
    }

    [Fact]
    public async Task What_was_uploaded_is_listed_described_and_downloaded()
    {
        await UploadAsync("a\n1\n");
        await UploadAsync("a\n2\n");
        await UploadAsync("a\n3\n", "wine");

        var datasets = await AnswerAsync(async request => await _functions.ListAsync(request, default));
        var dataset = await AnswerAsync(async request => await _functions.GetAsync(request, "iris", default));
        var versions = await AnswerAsync(async request => await _functions.ListVersionsAsync(request, "iris", default));
        var version = await AnswerAsync(async request => await _functions.GetVersionAsync(request, "iris", 2, default));
        var content = await AnswerAsync(async request => await _functions.GetContentAsync(request, "iris", 2, default));

        Assert.Equal(["iris", "wine"], datasets.Json.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("name").GetString()));
        Assert.Equal(2, dataset.Json.GetProperty("latest").GetInt32());
        Assert.Equal([2, 1], versions.Json.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("number").GetInt32()));
        Assert.Equal(2, version.Json.GetProperty("columns")[0].GetProperty("numbers").GetProperty("maximum").GetDouble());
        Assert.Equal(("a\n2\n", "text/csv; charset=utf-8"), (content.Body, content.Type));
        Assert.Equal($"\"{version.Json.GetProperty("sha256").GetString()}\"", content.ETag);
    }

    [Fact]
    public async Task What_is_not_there_is_not_found()
    {
        await UploadAsync("a\n1\n");

        Assert.Equal(404, (await AnswerAsync(async request => await _functions.GetAsync(request, "wine", default))).Status);
        Assert.Equal(404, (await AnswerAsync(async request => await _functions.ListVersionsAsync(request, "wine", default))).Status);
        Assert.Equal(404, (await AnswerAsync(async request => await _functions.GetVersionAsync(request, "iris", 2, default))).Status);
        Assert.Equal(404, (await AnswerAsync(async request => await _functions.GetVersionAsync(request, "iris", -1, default))).Status);
        Assert.Equal(404, (await AnswerAsync(async request => await _functions.GetContentAsync(request, "wine", 1, default))).Status);
    }

    public void Dispose()
    {
        _services.Dispose();
        _storage.Dispose();
        _folder.Dispose();
    }

    private async Task<(int Status, string? Location, JsonElement Json)> UploadAsync(
        string text, string name = "iris", string? type = "text/csv", long? contentLength = null)
    {
        var answer = await AnswerAsync(async request =>
        {
            (request.ContentType, request.ContentLength) = (type, contentLength);
            request.Body = new MemoryStream(Encoding.UTF8.GetBytes(text));
            return await _functions.UploadAsync(request, name, default);
        });
        return (answer.Status, answer.Location, answer.Json);
    }

    private async Task<Answer> AnswerAsync(Func<HttpRequest, Task<IResult>> call)
    {
        using var body = new MemoryStream();
        var context = new DefaultHttpContext { RequestServices = _services };
        context.Response.Body = body;
        await (await call(context.Request)).ExecuteAsync(context);
        var headers = context.Response.Headers;
        return new(context.Response.StatusCode, context.Response.ContentType, headers.Location, headers.ETag, Encoding.UTF8.GetString(body.ToArray()));
    }

    private sealed record Answer(int Status, string? Type, string? Location, string? ETag, string Body)
    {
        public JsonElement Json => JsonDocument.Parse(Body).RootElement;
    }
}
