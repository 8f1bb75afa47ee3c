using System.IO.Compression;
using System.Text.Json;
using Mlops.Registry;
using Mlops.Serving;
using Mlops.Storage;

namespace Mlops.Api.Serving;

public sealed class PredictionLogFunctionsTests : IAsyncDisposable
{
    private readonly ApiOnDisk _api = new();

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task Logged_predictions_are_downloaded_as_json_lines_by_range_and_arm()
    {
        await LogAsync(("a", 0, null), ("b", 10, null), ("a", 20, null), ("a", 30, null));

        var answer = await DownloadAsync("?from=2026-01-01T00:10:00Z&to=2026-01-01T01:30:00%2B01:00&arm=a");

        Assert.Equal((200, "application/x-ndjson"), (answer.Status, answer.Headers.ContentType.ToString()));
        var line = JsonDocument.Parse(Assert.Single(answer.Text.TrimEnd('\n').Split('\n'))).RootElement;
        Assert.Equal("2026-01-01T00:20:00Z", line.GetProperty("at").GetString());
        Assert.Equal("""[{"size":1,"age":2}]""", line.GetProperty("inputs").GetRawText());
    }

    [Fact]
    public async Task A_day_until_now_is_the_range_unless_another_is_asked_for()
    {
        await LogAsync(("a", -60 * 25, null), ("a", -60, null));

        Assert.Equal(2, (await DownloadAsync("")).Text.Split('\n').Length);
    }

    [Fact]
    public async Task A_download_is_zipped_for_who_can_unzip_it()
    {
        await LogAsync(("a", 0, null));
        await using var plain = new MemoryStream();

        var bytes = await _api.BytesAsync(DownloadAsync, "?to=2026-01-02", "deflate, gzip;q=0.5");

        await new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress).CopyToAsync(plain);
        Assert.Equal((await DownloadAsync("?to=2026-01-02")).Text, System.Text.Encoding.UTF8.GetString(plain.ToArray()));
        Assert.NotEmpty(plain.ToArray());
    }

    [Fact]
    public async Task Gaps_have_lines_of_their_own_if_they_are_asked_for()
    {
        await LogAsync(("a", 0, null));
        var log = _api.Service<PredictionLog>();
        _api.Time.Advance(TimeSpan.FromHours(3));
        Assert.DoesNotContain("gap", (await DownloadAsync("?gaps=false")).Text, StringComparison.Ordinal);
        Assert.DoesNotContain("gap", (await DownloadAsync("?gaps=true")).Text, StringComparison.Ordinal);

        using var stop = new CancellationTokenSource();
        var running = log.RunAsync(stop.Token);
        await log.AppendAsync(Prediction("a", 120), LogDurability.Async, default);
        _api.Time.Advance(TimeSpan.FromSeconds(1));
        await Eventually.TrueAsync(() => log.Health.Queued is 0);
        var tomorrow = new FakeTimeProvider(_api.Time.GetUtcNow().AddDays(1));
        var later = _api.Functions<PredictionLogFunctions>(new PredictionLogReader(_api.Service<IBlobStore>(), tomorrow));
        var answer = await _api.AskAsync(
            request => later.DownloadAsync(request, "live", default), query: "?from=2026-01-01&to=2026-01-02&gaps=true");
        await stop.CancelAsync();
        await running;

        Assert.Contains("endedAbruptly", answer.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("?from=yesterday", "from: expected an ISO 8601 instant, as 2026-03-01T00:00:00Z")]
    [InlineData("?to=", "to: expected an ISO 8601 instant, as 2026-03-01T00:00:00Z")]
    [InlineData("?from=2026-01-02&to=2026-01-02", "from: expected an instant before 'to'")]
    [InlineData("?from=2025-01-01&to=2026-01-02", "from: expected an instant at most 31 days before 'to'")]
    [InlineData("?to=0001-01-01", "from: expected an instant before 'to'")]
    [InlineData("?format=csv", "format: expected jsonl")]
    [InlineData("?gaps=1", "gaps: expected true or false")]
    [InlineData("?arm=", "arm: expected the name of an arm")]
    public async Task Wrong_queries_are_refused_by_name(string query, string error)
    {
        await _api.CreateEndpointAsync("live");

        var answer = await DownloadAsync(query);

        Assert.Equal((400, error), (answer.Status, Assert.Single(answer.Errors)));
    }

    [Fact]
    public async Task An_endpoint_that_never_was_is_not_found_and_one_that_was_still_has_its_log()
    {
        Assert.Equal(404, (await DownloadAsync("")).Status);
        Assert.Equal(404, (await PerformanceAsync("")).Status);

        await LogAsync(("a", 0, "yes"));

        Assert.Equal(200, (await DownloadAsync("")).Status);
        Assert.Equal(200, (await PerformanceAsync("")).Status);
    }

    [Fact]
    public async Task Performance_is_told_by_arm_and_version()
    {
        await LogAsync(("a", 0, "yes"), ("a", 1, "no"), ("b", 2, null));

        var answer = await PerformanceAsync("?to=2026-01-02");

        Assert.Equal(200, answer.Status);
        var arms = answer.Json.GetProperty("arms").EnumerateArray().ToList();
        Assert.Equal(["a", "b"], arms.Select(arm => arm.GetProperty("arm").GetString()));
        Assert.Equal(0.5, arms[0].GetProperty("metrics").GetProperty("accuracy").GetDouble());
        Assert.Equal((2, 1.0), (arms[0].GetProperty("labelled").GetInt32(), arms[0].GetProperty("labelledShare").GetDouble()));
        Assert.Equal(0, arms[1].GetProperty("labelled").GetInt32());
        Assert.Equal("2026-01-01T00:00:00+00:00", answer.Json.GetProperty("from").GetString());
    }

    private static readonly ModelVersion Version = new(
        ModelName.Parse("churn"), 1, Stage.None, default, "ada", default, "", ApiOnDisk.Signature,
        new Dictionary<string, double>(), new Dictionary<string, string>(), 0, "");

    private AnsweredPrediction Prediction(string arm, int minute)
    {
        var at = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddMinutes(minute);
        return new AnsweredPrediction(
            PredictionIds.New(_api.Service<LogInstance>(), at), at, TimeSpan.Zero, TenantId.Default, EndpointName.Parse("live"), "native",
            Version, arm, 1, 1, null, null, new FeatureBatch(1, new float[] { 1, 2 }, default), new[] { 0.25f, 0.75f });
    }

    /// <summary>Logs predictions of yes by arm and minute, with the label that came back.</summary>
    private async Task LogAsync(params (string Arm, int Minute, string? Label)[] predictions)
    {
        var log = _api.Service<PredictionLog>();
        foreach (var (arm, minute, label) in predictions)
        {
            var prediction = Prediction(arm, minute);
            await log.AppendAsync(prediction, LogDurability.Async, default);
            if (label is not null)
            {
                await _api.Service<FeedbackStore>().RecordAsync(
                    TenantId.Default, EndpointName.Parse("live"), [new Feedback(prediction.Id, 0, prediction.At, label)], default);
            }
        }

        _api.Time.Advance(TimeSpan.FromMilliseconds(1));
        await log.RunAsync(new CancellationToken(canceled: true));
    }

    private Task<Answer> DownloadAsync(string query) => _api.AskAsync(DownloadAsync, query: query);

    private Task<Microsoft.AspNetCore.Http.IResult> DownloadAsync(Microsoft.AspNetCore.Http.HttpRequest request) =>
        _api.Functions<PredictionLogFunctions>().DownloadAsync(request, "live", default);

    private Task<Answer> PerformanceAsync(string query) => _api.AskAsync(
        async request => (await _api.Functions<PredictionLogFunctions>().GetPerformanceAsync(request, "live", default)).Result, query: query);
}
