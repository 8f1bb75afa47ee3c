using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
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

    public ApiOnDisk() => _services = new ServiceCollection()
        .AddLogging()
        .AddSingleton<TimeProvider>(Time)
        .AddSqliteStorage(_folder.Path)
        .AddHttpEdge()
        .AddSingleton(IdSource.Random)
        .AddTracking()
        .AddRegistry()
        .AddOnnx()
        .AddServing()
        .AddSingleton<PredictionEdge>()
        .BuildServiceProvider();

    public FakeTimeProvider Time { get; } = new();

    public ModelStore Models => _services.GetRequiredService<ModelStore>();

    public ExperimentStore Experiments => _services.GetRequiredService<ExperimentStore>();

    public RunStore Runs => _services.GetRequiredService<RunStore>();

    public T Functions<T>() => ActivatorUtilities.CreateInstance<T>(_services);

    /// <summary>Asks a function as the host would and writes its answer out.</summary>
    public async Task<Answer> AskAsync(
        Func<HttpRequest, Task<IResult>> function,
        string? body = null,
        string? ifMatch = null,
        string query = "",
        string? contentType = "application/json",
        string? accept = null)
    {
        var http = new DefaultHttpContext { RequestServices = _services };
        http.Request.QueryString = new QueryString(query);
        http.Response.Body = new MemoryStream();
        if (body is not null)
        {
            http.Request.ContentType = contentType;
            http.Request.Body = new MemoryStream(Encoding.UTF8.GetBytes(body));
        }

        if (accept is not null)
        {
            http.Request.Headers.Accept = accept;
        }

        if (ifMatch is not null)
        {
            http.Request.Headers.IfMatch = ifMatch;
        }

        await (await AnswerAsync(function, http.Request)).ExecuteAsync(http);
        var text = Encoding.UTF8.GetString(((MemoryStream)http.Response.Body).ToArray());
        return new Answer(http.Response.StatusCode, text, http.Response.Headers);
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
            return Problems.Of(problem.Status, problem.Message, problem.Errors);
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
