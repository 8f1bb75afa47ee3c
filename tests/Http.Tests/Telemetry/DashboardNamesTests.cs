namespace Mlops.Http.Telemetry;

public sealed class DashboardNamesTests
{
    private static readonly IReadOnlyList<MetricFamily> Aliases = [.. DashboardNames.Of(
    [
        new MetricFamily("mlops_prediction_duration_seconds", "", MetricKind.Histogram,
        [
            Prediction("champion", "3", "200", [4, 1], 0.5),
            Prediction("canary", "4", "200", [1, 1], 1.5),
            Prediction("", "", "503", [0, 1], 2),
        ]),
        new MetricFamily("mlops_prediction_rows", "", MetricKind.Counter, [new(Labels("canary", "4", "200"), 70)]),
        new MetricFamily("http_server_request_duration_seconds", "", MetricKind.Histogram,
        [
            new(
                [new("http_request_method", "GET"), new("url_scheme", "http"), new("http_route", "/ping"), new("http_response_status_code", "200")],
                0, new MetricHistogram([1], [9, 0], 0.1)),
        ]),
    ])];

    [Theory]
    [InlineData("http_requests", "method=GET handler=/ping status=200", 9)]
    [InlineData("fastapi_requests", "method=GET path=/ping endpoint=/ping status=200 status_code=200", 9)]
    [InlineData("revision_request_count", "namespace_name=t service_name=live configuration_name=live revision_name=live-4 response_code=200 response_code_class=2xx", 2)]
    [InlineData("revision_request_count", "namespace_name=t service_name=live configuration_name=live response_code=503 response_code_class=5xx", 1)]
    [InlineData("seldon_model_infer", "model=churn model_internal=churn_3 code=200 tenant=t", 5)]
    [InlineData("seldon_model_infer_seconds", "model=live code=503 tenant=t", 2)]
    [InlineData("model_infer_request_success", "model=churn version=3 model_name=churn model_version=3 tenant=t", 5)]
    [InlineData("model_infer_request_failure_total", "model=live model_name=live tenant=t", 1)]
    [InlineData("nv_inference_request_success", "model=churn version=4 tenant=t", 2)]
    [InlineData("nv_inference_request_failure", "model=live tenant=t", 1)]
    [InlineData("nv_inference_request_duration_us", "model=churn version=4 tenant=t", 1_500_000)]
    [InlineData("nv_inference_count", "model=churn version=4 tenant=t", 70)]
    public void A_count_has_another_servers_name_and_labels(string family, string labels, double value) => Assert.Contains(
        (labels, value), Aliases.Single(alias => alias.Name == family).Samples.Select(sample => (Text(sample), sample.Value)));

    [Theory]
    [InlineData("http_request_duration_seconds", "method=GET handler=/ping status=200", 9)]
    [InlineData("prediction_latency_seconds", "tenant=t endpoint=live model=churn version=3 status=200", 5)]
    [InlineData("seldon_api_executor_server_requests_seconds", "deployment_name=live predictor_name=canary predictor_version=4 model_name=churn model_version=4 service=predictions method=post code=200 tenant=t", 2)]
    public void A_histogram_has_another_servers_name_and_labels(string family, string labels, long count) => Assert.Contains(
        (labels, count), Aliases.Single(alias => alias.Name == family).Samples.Select(sample => (Text(sample), sample.Histogram?.Count ?? 0)));

    [Fact]
    public void Series_that_another_name_does_not_tell_apart_are_added_up()
    {
        var both = Assert.Single(Aliases.Single(alias => alias.Name is "request_predict_seconds").Samples);

        Assert.Equal("model_name=churn tenant=t", Text(both));
        Assert.Equal([5, 2], both.Histogram?.Counts);
        Assert.Equal(2, both.Histogram?.Sum);
    }

    [Fact]
    public void Of_nothing_there_are_no_aliases() => Assert.Empty(DashboardNames.Of([]));

    private static MetricSample Prediction(string route, string version, string status, long[] counts, double sum) =>
        new(Labels(route, version, status), 0, new MetricHistogram([1], counts, sum));

    private static List<KeyValuePair<string, string>> Labels(string route, string version, string status) =>
    [
        .. new KeyValuePair<string, string>[]
        {
            new("tenant", "t"), new("endpoint", "live"), new("model", version.Length > 0 ? "churn" : ""), new("version", version),
            new("route", route), new("dialect", "v2"), new("status", status),
        }.Where(label => label.Value.Length > 0),
    ];

    private static string Text(MetricSample sample) => string.Join(' ', sample.Labels.Select(label => $"{label.Key}={label.Value}"));
}
