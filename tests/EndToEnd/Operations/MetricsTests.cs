using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Mlops.EndToEnd.OpenApi;

namespace Mlops.EndToEnd.Operations;

[Collection(SharedPlatform.Name)]
public sealed class MetricsTests(DocumentedPlatform platform)
{
    private const string Record = """{"record": {"weight": 176, "colour": "red", "sweetness": 12.3}}""";

    private HttpClient Client => platform.Host.Client;

    [Fact]
    public async Task Each_prediction_and_each_refusal_is_counted_once()
    {
        const string Answered = "mlops_prediction_requests_total{tenant=\"default\",endpoint=\"fruit\",model=\"fruit\",";
        const string Refused = "mlops_prediction_requests_total{tenant=\"default\",endpoint=\"fruit\",dialect=\"native\",status=\"400\"}";
        await PredictAsync(HttpStatusCode.OK, Record);
        await PredictAsync(HttpStatusCode.BadRequest, """{"record": {}}""");
        var before = await PageAsync();

        await PredictAsync(HttpStatusCode.OK, Record);
        await PredictAsync(HttpStatusCode.OK, Record);
        await PredictAsync(HttpStatusCode.BadRequest, """{"record": {}}""");

        var after = await PageAsync();
        Assert.Equal((2, 1), (Sum(after, Answered) - Sum(before, Answered), Sum(after, Refused) - Sum(before, Refused)));
    }

    [Fact]
    public async Task A_refusal_of_a_body_that_is_not_even_read_is_counted_too()
    {
        const string Refused = "mlops_prediction_requests_total{tenant=\"default\",endpoint=\"fruit\",dialect=\"native\",status=\"415\"}";
        var before = await PageAsync();

        using var text = new StringContent(Record, Encoding.UTF8, "text/html");
        using var answer = await Client.PostAsync("/api/v1/endpoints/fruit/predict", text);

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, answer.StatusCode);
        Assert.Equal(1, Sum(await PageAsync(), Refused) - Sum(before, Refused));
    }

    [Fact]
    public async Task Every_function_is_timed_by_route_method_and_status()
    {
        await Client.GetAsync("/api/v1/models/no-such-model");

        var page = await PageAsync();

        Assert.Contains(page, line => line.StartsWith("http_server_request_duration_seconds_bucket{", StringComparison.Ordinal)
            && line.Contains("http_route=\"/api/v1/models/{name}\"", StringComparison.Ordinal)
            && line.Contains("http_request_method=\"GET\"", StringComparison.Ordinal)
            && line.Contains("http_response_status_code=\"404\"", StringComparison.Ordinal)
            && line.Contains("le=\"0.00005\"", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("process_resident_memory_bytes")]
    [InlineData("process_cpu_seconds_total")]
    [InlineData("process_start_time_seconds")]
    [InlineData("dotnet_gc_collections_total{gc_heap_generation=\"gen0\"}")]
    [InlineData("dotnet_thread_pool_work_item_count_total")]
    public async Task The_process_and_the_runtime_are_measured(string series) => Assert.True(Sum(await PageAsync(), series + " ") > 0);

    [Theory]
    [InlineData(null, "text/plain; version=0.0.4; charset=utf-8", false)]
    [InlineData("application/openmetrics-text;version=1.0.0,text/plain;q=0.5", "application/openmetrics-text; version=1.0.0; charset=utf-8", true)]
    [InlineData("application/openmetrics-text;q=0,text/plain", "text/plain; version=0.0.4; charset=utf-8", false)]
    public async Task Who_accepts_OpenMetrics_gets_it(string? accept, string contentType, bool hasEnd)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics");
        if (accept is not null)
        {
            request.Headers.Add("Accept", accept);
        }

        using var answer = await Client.SendAsync(request);

        Assert.Equal(MediaTypeHeaderValue.Parse(contentType), answer.Content.Headers.ContentType);
        Assert.Equal(hasEnd, (await answer.Content.ReadAsStringAsync()).EndsWith("# EOF\n", StringComparison.Ordinal));
    }

    /// <summary>The one complaint is about a name of Triton's, which has its unit abbreviated.</summary>
    [PrometheusFact]
    public async Task Promtool_has_no_complaint_but_of_one_name_of_Tritons()
    {
        await PredictAsync(HttpStatusCode.OK, Record);

        var complaints = PrometheusTools.Check("metrics", await Client.GetStringAsync("/metrics"));

        Assert.All(
            complaints.Split('\n', StringSplitOptions.RemoveEmptyEntries),
            line => Assert.StartsWith("nv_inference_request_duration_us metric names should not contain abbreviated units", line, StringComparison.Ordinal));
    }

    [PrometheusFact]
    public void Promtool_accepts_the_alerts() =>
        Assert.Equal("", PrometheusTools.Check("rules", "", Path.Combine(AppContext.BaseDirectory, "docs", "prometheus-rules.yml")));

    [PrometheusFact]
    public async Task Prometheus_scrapes_it()
    {
        await PredictAsync(HttpStatusCode.OK, Record);
        await using var prometheus = new PrometheusServer(platform.Host.Address);

        Assert.Equal(1, Assert.Single(await prometheus.QueryAsync("up{job=\"mlops\"} == 1")).Value);
        var (labels, count) = Assert.Single(await prometheus.QueryAsync("""mlops_prediction_requests_total{endpoint="fruit",status="200",dialect="native"}"""));
        Assert.True(count >= 1);
        Assert.Equal(
            ("default", "fruit", "native"),
            (labels["tenant"]?.GetValue<string>(), labels["model"]?.GetValue<string>(), labels["dialect"]?.GetValue<string>()));
        foreach (var name in new[]
        {
            "mlops_prediction_duration_seconds_bucket", "http_server_request_duration_seconds_bucket", "process_start_time_seconds",
            "http_requests_total", "http_request_duration_seconds_bucket", "prediction_latency_seconds_bucket", "fastapi_requests_total",
            "fastapi_request_duration_seconds_bucket", "request_predict_seconds_bucket", "revision_request_count",
            "seldon_api_executor_server_requests_seconds_bucket", "seldon_model_infer_total", "model_infer_request_success",
            "model_infer_request_success_total", "nv_inference_request_success", "nv_inference_request_duration_us",
        })
        {
            Assert.NotEmpty(await prometheus.QueryAsync(name));
        }

        Assert.NotEmpty(await prometheus.QueryAsync(
            """histogram_quantile(0.99, sum by (le) (mlops_prediction_duration_seconds_bucket{endpoint="fruit"})) > 0"""));
    }

    private async Task PredictAsync(HttpStatusCode status, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await Client.PostAsync("/api/v1/endpoints/fruit/predict", content);
        Assert.Equal(status, answer.StatusCode);
    }

    private async Task<string[]> PageAsync() => (await Client.GetStringAsync("/metrics")).Split('\n');

    private static double Sum(string[] page, string series) => page
        .Where(line => line.StartsWith(series, StringComparison.Ordinal))
        .Sum(line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));
}
