namespace Mlops.Http.Telemetry;

/// <summary>The same measurements under the names that other model servers gave them, so that their dashboards go on working.</summary>
/// <remarks>
/// Made of what is there when somebody asks, so that a request costs nothing more. Names that are a counter's without ending as one
/// must are untyped, which <c>rate()</c> does not mind. docs/operations.md lists them.
/// </remarks>
internal static class DashboardNames
{
    private const string Predictions = "mlops_prediction_duration_seconds";
    private const string Rows = "mlops_prediction_rows";
    private const string Requests = "http_server_request_duration_seconds";

    private static readonly Label Tenant = new("tenant", sample => sample["tenant"]);
    private static readonly Label Endpoint = new("endpoint", sample => sample["endpoint"]);
    private static readonly Label Version = new("version", sample => sample["version"]);

    private static readonly Label[] ByModel = [new("model", Model), Version, new("model_name", Model), new("model_version", Version.Of), Tenant];

    private static readonly Label[] Triton = [new("model", Model), Version, Tenant];

    private static readonly Label[] FastApi =
    [
        new("method", Method), new("path", Route), new("endpoint", Route), new("status", Status), new("status_code", Status),
    ];

    private static readonly Label[] Http = [new("method", Method), new("handler", Route), new("status", Status)];

    private static readonly Alias[] Aliases =
    [
        new("http_request_duration_seconds", "Time to answer an HTTP request.", Requests, Part.Histogram, Http),
        new("http_requests_total", "HTTP requests.", Requests, Part.Count, Http),
        new("fastapi_request_duration_seconds", "Time to answer an HTTP request.", Requests, Part.Histogram, FastApi),
        new("fastapi_requests_total", "HTTP requests.", Requests, Part.Count, FastApi),
        new(
            "prediction_latency_seconds", "Time to answer a prediction request.", Predictions, Part.Histogram,
            [Tenant, Endpoint, new("model", Model), Version, new("status", sample => sample["status"])]),

        // KServe
        new(
            "request_predict_seconds", "Time to answer a prediction request.", Predictions, Part.Histogram, [new("model_name", Model), Tenant],
            Succeeded),
        new(
            "revision_request_count", "Prediction requests.", Predictions, Part.Count,
            [
                new("namespace_name", Tenant.Of),
                new("service_name", Endpoint.Of),
                new("configuration_name", Endpoint.Of),
                new("revision_name", sample => sample["version"] is { Length: > 0 } version ? $"{sample["endpoint"]}-{version}" : ""),
                new("response_code", sample => sample["status"]),
                new("response_code_class", sample => sample["status"] is [var first, _, _] ? $"{first}xx" : ""),
            ]),

        // Seldon
        new(
            "seldon_api_executor_server_requests_seconds", "Time to answer a prediction request.", Predictions, Part.Histogram,
            [
                new("deployment_name", Endpoint.Of),
                new("predictor_name", sample => sample["route"]),
                new("predictor_version", Version.Of),
                new("model_name", Model),
                new("model_version", Version.Of),
                new("service", _ => "predictions"),
                new("method", _ => "post"),
                new("code", sample => sample["status"]),
                Tenant,
            ]),
        new(
            "seldon_model_infer_total", "Prediction requests.", Predictions, Part.Count,
            [new("model", Model), new("model_internal", Internal), new("code", sample => sample["status"]), Tenant]),
        new(
            "seldon_model_infer_seconds_total", "Time spent on prediction requests.", Predictions, Part.Sum,
            [new("model", Model), new("model_internal", Internal), new("code", sample => sample["status"]), Tenant]),

        // MLServer: the documentation has the names without the suffix that its client library adds.
        new("model_infer_request_success", "Answered prediction requests.", Predictions, Part.Untyped, ByModel, Succeeded),
        new("model_infer_request_success_total", "Answered prediction requests.", Predictions, Part.Untyped, ByModel, Succeeded),
        new("model_infer_request_failure", "Refused prediction requests.", Predictions, Part.Untyped, ByModel, Failed),
        new("model_infer_request_failure_total", "Refused prediction requests.", Predictions, Part.Untyped, ByModel, Failed),

        // Triton
        new("nv_inference_request_success", "Answered prediction requests.", Predictions, Part.Untyped, Triton, Succeeded),
        new("nv_inference_request_failure", "Refused prediction requests.", Predictions, Part.Untyped, Triton, Failed),
        new("nv_inference_request_duration_us", "Microseconds spent on prediction requests.", Predictions, Part.Microseconds, Triton),
        new("nv_inference_count", "Predicted rows.", Rows, Part.Value, Triton),
    ];

    /// <summary>Which part of a series an alias is made of.</summary>
    private enum Part
    {
        Histogram,

        /// <summary>A histogram's count, as a counter or, if its name is none of a counter, untyped.</summary>
        Count,
        Untyped,

        /// <summary>A histogram's sum.</summary>
        Sum,
        Microseconds,
        Value,
    }

    /// <summary>The aliases of what there is.</summary>
    public static IEnumerable<MetricFamily> Of(IReadOnlyList<MetricFamily> families) =>
        from alias in Aliases
        let source = families.FirstOrDefault(family => family.Name == alias.Source)
        where source is not null
        let samples = alias.Samples(source).ToList()
        where samples.Count > 0
        select new MetricFamily(alias.FamilyName, alias.Help, alias.Kind, samples);

    /// <summary>The model; of a refusal, of which it is not known, the endpoint.</summary>
    private static string Model(MetricSample sample) => sample["model"] is { Length: > 0 } model ? model : sample["endpoint"];

    private static string Internal(MetricSample sample) =>
        sample["version"] is { Length: > 0 } version ? $"{Model(sample)}_{version}" : "";

    private static string Method(MetricSample sample) => sample["http_request_method"];

    private static string Route(MetricSample sample) => sample["http_route"];

    private static string Status(MetricSample sample) => sample["http_response_status_code"];

    private static bool Succeeded(MetricSample sample) => sample["status"] is "200";

    private static bool Failed(MetricSample sample) => !Succeeded(sample);

    private sealed record Label(string Name, Func<MetricSample, string> Of);

    private sealed record Alias(
        string Name, string Help, string Source, Part Part, IReadOnlyList<Label> Labels, Func<MetricSample, bool>? Takes = null)
    {
        private const string Total = "_total";

        public MetricKind Kind => Part switch
        {
            Part.Histogram => MetricKind.Histogram,
            Part.Count or Part.Sum when Name.EndsWith(Total, StringComparison.Ordinal) => MetricKind.Counter,
            _ => MetricKind.Untyped,
        };

        public string FamilyName => Kind is MetricKind.Counter ? Name[..^Total.Length] : Name;

        /// <summary>Series that this alias does not tell apart are added up.</summary>
        public IEnumerable<MetricSample> Samples(MetricFamily source) =>
            from sample in source.Samples
            where Takes?.Invoke(sample) is not false
            let labels = Labels
                .Select(label => new KeyValuePair<string, string>(label.Name, label.Of(sample)))
                .Where(label => label.Value.Length > 0)
                .ToList()
            group (labels, sample) by string.Join('\n', labels.Select(label => $"{label.Key}={label.Value}")) into same
            let samples = same.Select(one => one.sample)
            select new MetricSample(
                same.First().labels,
                samples.Sum(Value),
                Part is Part.Histogram ? samples.Select(sample => sample.Histogram).OfType<MetricHistogram>().Aggregate((a, b) => a + b) : null);

        private double Value(MetricSample sample) => Part switch
        {
            Part.Count or Part.Untyped => sample.Histogram?.Count ?? 0,
            Part.Sum => sample.Histogram?.Sum ?? 0,
            Part.Microseconds => (sample.Histogram?.Sum ?? 0) * 1e6,
            _ => sample.Value,
        };
    }
}
