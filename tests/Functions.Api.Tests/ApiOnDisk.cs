using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Mlops.AbTesting;
using Mlops.Api.Serving;
using Mlops.Data;
using Mlops.Http;
using Mlops.Onnx;
using Mlops.Registry;
using Mlops.Serving;
using Mlops.Storage;
using Mlops.Tracking;

namespace Mlops.Api;

/// <summary>What a caller got.</summary>
internal sealed record Answer(int Status, string Text, IHeaderDictionary Headers)
{
    public JsonElement Json => JsonDocument.Parse(Text).RootElement;

    public string ETag => Headers.ETag.ToString();

    /// <summary>The errors of a problem document as <c>field: message</c>.</summary>
    public IReadOnlyList<string> Errors =>
        [.. Json.GetProperty("errors").EnumerateArray().Select(error => $"{error.GetProperty("field")}: {error.GetProperty("message")}")];
}

/// <summary>The tracking, registry and serving functions over SQLite in a temporary folder, with ONNX Runtime to score.</summary>
internal sealed class ApiOnDisk : IAsyncDisposable
{
    public static readonly ModelSignature Signature = new(
        [new ColumnSchema("size", ColumnType.Number, false), new ColumnSchema("age", ColumnType.Integer, true)],
        "kind",
        TaskType.Binary,
        ["no", "yes"]);

    private readonly TempFolder _folder = new();
    private readonly ServiceProvider _services;

    /// <param name="limits">What models may cost; the usual ones if absent.</param>
    public ApiOnDisk(OnnxLimits? limits = null) => _services = new ServiceCollection()
        .AddLogging()
        .AddSingleton(limits ?? OnnxLimits.Default)
        .AddSingleton<TimeProvider>(Time)
        .AddSqliteStorage(_folder.Path)
        .AddHttpEdge()
        .AddSingleton(IdSource.Random)
        .AddTracking()
        .AddRegistry()
        .AddOnnx()
        .AddServing()
        .AddAbTesting()
        .AddServingEdge()
        .BuildServiceProvider();

    public FakeTimeProvider Time { get; } = new();

    public ModelStore Models => _services.GetRequiredService<ModelStore>();

    public ExperimentStore Experiments => _services.GetRequiredService<ExperimentStore>();

    public RunStore Runs => _services.GetRequiredService<RunStore>();

    /// <param name="own">What it gets in the place of the registered services.</param>
    public T Functions<T>(params object[] own) => ActivatorUtilities.CreateInstance<T>(_services, own);

    public T Service<T>()
        where T : notnull => _services.GetRequiredService<T>();

    /// <summary>Creates an endpoint that follows the champion of <c>churn</c>.</summary>
    public async Task CreateEndpointAsync(string name)
    {
        var model = ModelName.Parse("churn");
        await Models.GetOrCreateAsync(TenantId.Default, model, "ada", default);
        var outcome = await Service<EndpointStore>().CreateAsync(
            TenantId.Default, EndpointName.Parse(name), EndpointDefinition.Of(new EndpointTarget(model, AliasName.Champion)), "ada", default);
        Assert.IsType<EndpointOutcome.Saved>(outcome);
    }

    /// <summary>The stored feedback on predictions of an hour.</summary>
    public async Task<IReadOnlyList<TableRow>> FeedbackRowsAsync(string endpoint, DateTimeOffset hour) =>
        (await Service<ITableStore>().ScanAsync(new TableScan($"default:feedback:{endpoint}:{hour:yyyyMMddHH}"), default)).Rows;

    /// <summary>Asks a function as the host would and writes its answer out.</summary>
    public async Task<Answer> AskAsync(
        Func<HttpRequest, Task<IResult>> function,
        string? body = null,
        string? ifMatch = null,
        string query = "",
        string? contentType = "application/json",
        string? accept = null,
        string? idempotencyKey = null) => await AskAsync(
            function, body is null ? null : Encoding.UTF8.GetBytes(body), ifMatch, query, contentType, accept, idempotencyKey);

    /// <summary>Asks with a body that is no text.</summary>
    public async Task<Answer> AskAsync(
        Func<HttpRequest, Task<IResult>> function,
        byte[]? body,
        string? ifMatch = null,
        string query = "",
        string? contentType = "application/json",
        string? accept = null,
        string? idempotencyKey = null)
    {
        var (http, bytes) = await SendAsync(function, body, ifMatch, query, contentType, accept, idempotencyKey: idempotencyKey);
        return new Answer(http.Response.StatusCode, Encoding.UTF8.GetString(bytes), http.Response.Headers);
    }

    /// <summary>What a function answers to a caller that accepts an encoding.</summary>
    public async Task<byte[]> BytesAsync(Func<HttpRequest, Task<IResult>> function, string query, string acceptEncoding) =>
        (await SendAsync(function, null, null, query, null, null, acceptEncoding: acceptEncoding)).Bytes;

    private async Task<(HttpContext Http, byte[] Bytes)> SendAsync(
        Func<HttpRequest, Task<IResult>> function,
        byte[]? body,
        string? ifMatch,
        string query,
        string? contentType,
        string? accept,
        string? idempotencyKey = null,
        string? acceptEncoding = null)
    {
        var http = new DefaultHttpContext { RequestServices = _services };
        http.Request.QueryString = new QueryString(query);
        http.Response.Body = new MemoryStream();
        if (body is not null)
        {
            http.Request.ContentType = contentType;
            http.Request.Body = new MemoryStream(body);
        }

        if (idempotencyKey is not null)
        {
            http.Request.Headers["Idempotency-Key"] = idempotencyKey;
        }

        if (accept is not null)
        {
            http.Request.Headers.Accept = accept;
        }

        if (ifMatch is not null)
        {
            http.Request.Headers.IfMatch = ifMatch;
        }

        if (acceptEncoding is not null)
        {
            http.Request.Headers.AcceptEncoding = acceptEncoding;
        }

        await (await AnswerAsync(function, http.Request)).ExecuteAsync(http);
        return (http, ((MemoryStream)http.Response.Body).ToArray());
    }

    /// <summary>Registers a version of <c>churn</c> that says yes with the probability logistic(size + age + bias).</summary>
    /// <param name="more">Files of the version besides its card.</param>
    public async Task<ModelVersion> RegisterAsync(float bias = 0, params (string Path, string Text)[] more)
    {
        var name = ModelName.Parse("churn");
        await Models.GetOrCreateAsync(TenantId.Default, name, "ada", default);
        var key = $"bias {bias}";
        var documents = new Dictionary<string, ReadOnlyMemory<byte>> { [ModelFiles.ModelCard] = "# Churn"u8.ToArray() };
        foreach (var (path, text) in more)
        {
            documents.Add(path, Encoding.UTF8.GetBytes(text));
        }

        var content = new VersionContent(Logistic(bias), Signature, Time.GetUtcNow(), null, null, documents);
        var folder = await _services.GetRequiredService<ModelFiles>().WriteAsync(TenantId.Default, name, key, content, default);
        var registration = new VersionRegistration(
            key, folder, Signature, new Dictionary<string, double>(), new Dictionary<string, string>());
        var outcome = await Models.RegisterVersionAsync(TenantId.Default, name, registration, "ada", default);
        return Assert.IsType<RegistrationOutcome.Registered>(outcome).Version;
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        _folder.Dispose();
    }

    private static async Task<IResult> AnswerAsync(Func<HttpRequest, Task<IResult>> function, HttpRequest request)
    {
        try
        {
            return await function(request);
        }
        catch (ProblemException problem)
        {
            return request.Error(problem.Status, problem.Message, problem.Errors);
        }
    }

    private static byte[] Logistic(float bias)
    {
        var graph = new GraphWriter("logistic");
        var numbers = graph.Input(ModelSignature.NumericInput, ElementType.Float, Dimension.Rows, 2);
        var (label, probabilities) = graph.LinearClassifier(
            graph.Imputer(numbers, [0, 0]), [-1, -1, 1, 1], [-bias, bias], Signature.Classes, PostTransform.Logistic);
        graph.Output(label, ModelSignature.LabelOutput, ElementType.String, Dimension.Rows);
        graph.Output(probabilities, ModelSignature.ProbabilitiesOutput, ElementType.Float, Dimension.Rows, 2);
        return graph.ToBytes();
    }
}
