using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Mlops.Data;
using Mlops.Http;
using Mlops.Storage;

namespace Mlops.Api.Data;

public sealed class ExpectationFunctionsTests : IDisposable
{
    private const string Suite =
        """{"expectations":[{"type":"expect_column_values_to_be_between","kwargs":{"column":"size","min_value":0}}],"onUpload":"quarantine"}""";

    private readonly TempFolder _folder = new();
    private readonly ServiceProvider _services;

    public ExpectationFunctionsTests() => _services = new ServiceCollection()
        .AddLogging().AddSingleton<TimeProvider>(new FakeTimeProvider()).AddSqliteStorage(_folder.Path).AddHttpEdge().AddData()
        .BuildServiceProvider();

    [Fact]
    public async Task A_suite_is_put_found_and_listed_and_the_same_again_is_no_new_version()
    {
        var created = await PutAsync(Suite);
        var same = await PutAsync(Suite);
        var found = await AskAsync(request => Expectations.GetAsync(request, "parts", "strict", default));
        var listed = await AskAsync(async request => await Expectations.ListAsync(request, "parts", default));
        var stale = await PutAsync("""{"expectations":[]}""", ifMatch: "\"0\"");

        Assert.Equal((201, 200, 200, 412), (created.Status, same.Status, found.Status, stale.Status));
        Assert.Equal(created.Json.GetRawText(), found.Json.GetRawText());
        Assert.Equal($"\"{found.Json.GetProperty("sha256").GetString()}\"", found.ETag);
        Assert.Equal("quarantine", listed.Json.GetProperty("items")[0].GetProperty("onUpload").GetString());
    }

    [Fact]
    public async Task A_suite_is_removed_by_who_knows_it_and_its_versions_are_still_found()
    {
        var created = await PutAsync(Suite);

        var stale = await RemoveAsync("\"0\"");
        var removed = await RemoveAsync(created.ETag);
        var again = await RemoveAsync(null);
        var found = await AskAsync(request => Expectations.GetAsync(request, "parts", "strict", default));
        var versions = await AskAsync(async request => await Expectations.ListVersionsAsync(request, "parts", "strict", default));

        Assert.Equal((412, 204, 404, 404, 200), (stale.Status, removed.Status, again.Status, found.Status, versions.Status));
        Assert.Equal(1, versions.Json.GetProperty("items")[0].GetProperty("number").GetInt32());
    }

    [Fact]
    public async Task Every_wrong_argument_is_named_by_its_path()
    {
        var refused = await PutAsync(
            """
            {"expectations":[{"type":"expect_column_to_exist","kwargs":{"column":"a"}},
             {"type":"expect_column_values_to_be_between","kwargs":{"column":7,"min_value":"x","mostly":2}}]}
            """);

        Assert.Equal(400, refused.Status);
        Assert.Equal(
            ["expectations[1].kwargs.mostly", "expectations[1].kwargs.min_value", "expectations[1].kwargs.column"],
            refused.Json.GetProperty("errors").EnumerateArray().Select(error => error.GetProperty("field").GetString()));
    }

    [Fact]
    public async Task A_quarantined_upload_says_so_and_its_rows_are_downloaded()
    {
        await PutAsync(Suite);

        var uploaded = await UploadAsync("id,size\n1,5\n2,-1\n");
        var rows = await AskAsync(async request => await Validations.GetQuarantineAsync(request, "parts", 1, default));
        var result = await AskAsync(async request => await Validations.GetAsync(request, "parts", 1, "strict", default));

        Assert.Equal((201, 1), (uploaded.Status, uploaded.Json.GetProperty("check").GetProperty("quarantinedRows").GetInt32()));
        Assert.EndsWith("\n2,expectations[0] expect_column_values_to_be_between(size),2,-1\n", rows.Body, StringComparison.Ordinal);
        Assert.Equal(1, result.Json.GetProperty("results")[0].GetProperty("result").GetProperty("unexpected_count").GetInt32());
    }

    [Fact]
    public async Task A_rejected_upload_is_answered_with_what_it_breaks()
    {
        await PutAsync(Suite.Replace("quarantine", "reject", StringComparison.Ordinal));

        var refused = await UploadAsync("id,size\n1,5\n2,-1\n");

        Assert.Equal(422, refused.Status);
        Assert.Equal(
            """{"field":"expectations[0]","message":"expect_column_values_to_be_between of 'size': 1 of 2 rows are unexpected"}""",
            refused.Json.GetProperty("errors")[0].GetRawText());
        Assert.Equal(404, (await AskAsync(async request => await Validations.GetQuarantineAsync(request, "parts", 1, default))).Status);
    }

    [Fact]
    public async Task A_version_is_held_against_a_suite_in_the_shape_of_great_expectations()
    {
        await UploadAsync("id,size\n1,5\n2,-1\n");
        await PutAsync(Suite);

        var unknown = await ValidateAsync("{}");
        var result = await ValidateAsync("""{"suite":"strict","resultFormat":"COMPLETE"}""");
        var kept = await AskAsync(async request => await Validations.GetAsync(request, "parts", 1, "strict", default));

        Assert.Equal((404, 200), (unknown.Status, result.Status));
        Assert.Equal(result.Json.GetRawText(), kept.Json.GetRawText());
        var first = result.Json.GetProperty("results")[0];
        Assert.False(first.GetProperty("success").GetBoolean());
        Assert.Equal("expect_column_values_to_be_between", first.GetProperty("expectation_config").GetProperty("type").GetString());
        Assert.Equal("[-1]", first.GetProperty("result").GetProperty("unexpected_list").GetRawText());
        Assert.Equal(0, result.Json.GetProperty("statistics").GetProperty("success_percent").GetDouble());
    }

    [Fact]
    public async Task Suites_are_inferred_and_imported()
    {
        await UploadAsync("id,size\n" + string.Concat(Enumerable.Range(0, 50).Select(i => $"{i},{i % 3}\n")));

        var inferred = await AskAsync(async request => await Expectations.InferAsync(request, "parts", "seen", default));
        var imported = await AskAsync(
            async request => await Expectations.ImportAsync(request, "parts", default),
            """{"name":"foreign","expectations":[{"type":"expect_column_to_exist","kwargs":{"column":"id"}}]}""");
        var wrong = await AskAsync(
            async request => await Expectations.ImportAsync(request, "parts", default),
            """{"name":"foreign","expectations":[{"type":"expect_magic","kwargs":{}}]}""");

        Assert.Contains("expect_column_values_to_be_unique", inferred.Body, StringComparison.Ordinal);
        Assert.Equal((200, 201, 400), (inferred.Status, imported.Status, wrong.Status));
        Assert.Equal("expectations[0].type", wrong.Json.GetProperty("errors")[0].GetProperty("field").GetString());
    }

    public void Dispose()
    {
        _services.Dispose();
        _folder.Dispose();
    }

    private ExpectationFunctions Expectations => ActivatorUtilities.CreateInstance<ExpectationFunctions>(_services);

    private ValidationFunctions Validations => ActivatorUtilities.CreateInstance<ValidationFunctions>(_services);

    private Task<Answer> PutAsync(string body, string? ifMatch = null) =>
        AskAsync(async request => await Expectations.PutAsync(request, "parts", "strict", default), body, ifMatch: ifMatch);

    private Task<Answer> RemoveAsync(string? ifMatch) =>
        AskAsync(async request => await Expectations.RemoveAsync(request, "parts", "strict", default), null, ifMatch: ifMatch);

    private Task<Answer> ValidateAsync(string body) =>
        AskAsync(async request => await Validations.ValidateAsync(request, "parts", 1, default), body);

    private Task<Answer> UploadAsync(string csv) => AskAsync(
        async request => await ActivatorUtilities.CreateInstance<DatasetFunctions>(_services).UploadAsync(request, "parts", default),
        csv,
        "text/csv");

    private Task<Answer> AskAsync<T>(Func<HttpRequest, Task<T>> call)
        where T : IResult => AskAsync(async request => await call(request), body: null);

    private async Task<Answer> AskAsync(
        Func<HttpRequest, Task<IResult>> call, string? body, string type = "application/json", string? ifMatch = null)
    {
        using var answer = new MemoryStream();
        var context = new DefaultHttpContext { RequestServices = _services };
        context.Response.Body = answer;
        context.Request.ContentType = type;
        context.Request.Body = new MemoryStream(Encoding.UTF8.GetBytes(body ?? ""));
        if (ifMatch is not null)
        {
            context.Request.Headers.IfMatch = ifMatch;
        }

        await (await call(context.Request)).ExecuteAsync(context);
        return new(context.Response.StatusCode, context.Response.Headers.ETag, Encoding.UTF8.GetString(answer.ToArray()));
    }

    private sealed record Answer(int Status, string? ETag, string Body)
    {
        public JsonElement Json => JsonDocument.Parse(Body).RootElement;
    }
}
