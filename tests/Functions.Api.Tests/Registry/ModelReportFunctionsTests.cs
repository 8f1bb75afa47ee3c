using Mlops.Registry;

namespace Mlops.Api.Registry;

public sealed class ModelReportFunctionsTests : IAsyncDisposable
{
    private readonly ApiOnDisk _api = new();
    private readonly ModelReportFunctions _reports;

    public ModelReportFunctionsTests() => _reports = _api.Functions<ModelReportFunctions>();

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Theory]
    [InlineData("text/html,application/xhtml+xml,*/*;q=0.8", "text/html; charset=utf-8", "<p>page</p>")]
    [InlineData("application/json;q=0.5, text/html;q=0.9", "text/html; charset=utf-8", "<p>page</p>")]
    [InlineData("text/html;q=0.1, application/json", "application/json", "{}")]
    [InlineData("*/*", "application/json", "{}")]
    [InlineData(null, "application/json", "{}")]
    public async Task The_form_is_the_one_that_the_caller_prefers(string? accept, string type, string text)
    {
        await _api.RegisterAsync(0, (ModelFiles.Report, "<p>page</p>"), (ModelFiles.Evaluation, "{}"));

        var answer = await GetAsync(1, accept);

        Assert.Equal((200, type, text), (answer.Status, answer.Headers.ContentType.ToString(), answer.Text));
        Assert.Equal("Accept", answer.Headers.Vary.ToString());
        Assert.Equal("nosniff", answer.Headers.XContentTypeOptions.ToString());
    }

    [Fact]
    public async Task The_page_may_draw_itself_and_nothing_else()
    {
        await _api.RegisterAsync(0, (ModelFiles.Report, "<p>page</p>"));

        Assert.Equal(
            "default-src 'none'; style-src 'unsafe-inline'; img-src data:",
            (await GetAsync(1, "text/html")).Headers.ContentSecurityPolicy.ToString());
    }

    [Fact]
    public async Task The_page_shows_the_verdict_that_the_version_carries_now()
    {
        var version = await _api.RegisterAsync(0, (ModelFiles.Report, "<main><section id=\"verdict\"></section></main>"));
        var before = await GetAsync(1, "text/html");
        var verdict = new GateVerdict(false, [new GateFinding("f1 at least <1>", false, "it is 0.5")]);
        await _api.Models.UpdateVersionAsync(TenantId.Default, version.Model, 1, new Edit(Verdict: verdict), "ada", null, default);

        var after = await GetAsync(1, "text/html");

        Assert.Equal("<main><section id=\"verdict\"></section></main>", before.Text);
        Assert.Contains("<td>f1 at least &lt;1&gt;</td>", after.Text, StringComparison.Ordinal);
        Assert.EndsWith("<td>it is 0.5</td></tr></tbody></table></div></section></main>", after.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_version_without_a_report_has_none(int number)
    {
        await _api.RegisterAsync();

        Assert.Equal(404, (await GetAsync(number, "text/html")).Status);
    }

    private Task<Answer> GetAsync(int number, string? accept) => _api.AskAsync(
        async request => (await _reports.GetAsync(request, "churn", number, default)).Result, accept: accept);
}
