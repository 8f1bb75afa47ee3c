using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Mlops.EndToEnd.OpenApi;

/// <summary>What a request was answered with.</summary>
internal sealed record Answer(int Status, string? ContentType, string Text, HttpResponseHeaders Headers)
{
    public JsonNode? Json => JsonNode.Parse(Text);
}

/// <summary>A running platform with data, models, an endpoint and runs in it, all made by the description's own examples.</summary>
public sealed class DocumentedPlatform : IAsyncLifetime
{
    private readonly Dictionary<string, string> _ids = new(StringComparer.Ordinal);
    private Platform? _platform;

    internal Platform Host => _platform ?? throw new InvalidOperationException("The platform has not started.");

    /// <summary>What each operation answered, in the order in which they were sent.</summary>
    internal IReadOnlyList<(string Operation, Answer Answer)> Answers { get; private set; } = [];

    /// <summary>The operations that make what the others look at, in order.</summary>
    private static readonly string[] Making =
    [
        "PutExpectationSuite",
        "UploadDataset", "StartTraining", "StartReproduction", "CreateExperiment", "CreateRun", "LogBatch", "PutArtifact", "ChangeRun",
        "CreateModel", "EditModel",
        "EditModelVersion", "SetModelAlias", "MoveModelVersionStage", "CreateEndpoint", "Predict", "ReplaceEndpoint", "CancelTraining",
        "CreateAbTest", "StartAbTest", "AnalyzeAbTest",
    ];

    private static readonly string[] Removing = ["RemoveAbTest", "RemoveModelAlias", "RemoveEndpoint", "RemoveExpectationSuite"];

    /// <summary>The whole tour: what makes, then what looks, then what removes, and makes it again.</summary>
    private static IEnumerable<string> Tour =>
    [
        .. Making,
        .. ApiDescription.Operations.Select(operation => operation.Id).Except(Making).Except(Removing),
        .. Removing, "SetModelAlias", "CreateEndpoint", "PutExpectationSuite",
    ];

    public async Task InitializeAsync()
    {
        _platform = await Platform.StartAsync();
        var answers = new List<(string, Answer)>();
        foreach (var operation in Tour.Select(ApiDescription.Operation))
        {
            foreach (var (mediaType, body) in operation.Examples.DefaultIfEmpty(("", "")))
            {
                var text = mediaType is "application/json" ? body.ToJsonString() : body.GetValue<string>();
                var answer = await SendAsync(operation, mediaType, text);
                answers.Add((operation.Id, answer));
                await RememberAsync(operation, answer);
            }
        }

        Answers = answers;
    }

    public async Task DisposeAsync()
    {
        if (_platform is not null)
        {
            await _platform.DisposeAsync();
        }
    }

    /// <summary>The operation's path with what exists here in the place of its parameters.</summary>
    internal string PathOf(ApiOperation operation)
    {
        var path = operation.Path;
        foreach (var name in operation.ParameterNames("path"))
        {
            path = path.Replace($"{{{name}}}", ParameterOf(operation, name), StringComparison.Ordinal);
        }

        return operation.ParameterNames("query").Contains("experimentId") ? path + "?experimentId=1" : path;
    }

    /// <summary>Something that exists here and is called by a path parameter.</summary>
    internal string ParameterOf(ApiOperation operation, string name) =>
        operation.Parameters
            .Where(parameter => parameter["in"]?.GetValue<string>() is "path")
            .Single(parameter => parameter["name"]?.GetValue<string>() == name)["example"] is { } example
            ? example.ToString()
            : _ids[operation.Path.Split('/')[3]];

    private async Task<Answer> SendAsync(ApiOperation operation, string mediaType, string body)
    {
        using var request = new HttpRequestMessage(new HttpMethod(operation.Method), PathOf(operation));
        if (mediaType.Length > 0)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            request.Content.Headers.ContentType = new MediaTypeHeaderValue(mediaType);
        }

        using var response = await Host.Client.SendAsync(request);
        return new Answer(
            (int)response.StatusCode,
            response.Content.Headers.ContentType?.MediaType,
            await response.Content.ReadAsStringAsync(),
            response.Headers);
    }

    private async Task RememberAsync(ApiOperation operation, Answer answer)
    {
        if (operation.Id is "StartTraining" or "StartReproduction" or "CreateExperiment" or "CreateRun" && answer.Json?["id"] is { } id)
        {
            _ids[operation.Path.Split('/')[3]] = id.GetValue<string>();
        }

        if (operation.Id is "StartTraining")
        {
            // Following a training ends when the training does.
            await Host.Client.GetStringAsync(PathOf(ApiDescription.Operation("FollowTraining")));
        }
    }
}

[CollectionDefinition(Name)]
public sealed class SharedPlatform : ICollectionFixture<DocumentedPlatform>
{
    public const string Name = "a running platform";
}
