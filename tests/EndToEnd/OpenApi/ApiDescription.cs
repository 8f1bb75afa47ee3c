using System.Text.Json.Nodes;
using Mlops.Api.Operations;

namespace Mlops.EndToEnd.OpenApi;

/// <summary>The API's description as the service answers it, with its references at hand.</summary>
internal static class ApiDescription
{
    private static readonly string[] Methods = ["get", "put", "post", "patch", "delete"];

    public static JsonObject Root { get; } = AsObject(JsonNode.Parse(OpenApiDocument.Json.Span));

    public static JsonObject Schemas => AsObject(Root["components"]?["schemas"]);

    public static IReadOnlyList<ApiOperation> Operations { get; } =
    [
        .. from path in AsObject(Root["paths"])
           from method in Methods
           where path.Value?[method] is not null
           select new ApiOperation(method.ToUpperInvariant(), path.Key, AsObject(path.Value?[method])),
    ];

    public static ApiOperation Operation(string id) => Operations.Single(operation => operation.Id == id);

    /// <summary>What a node says, or what it refers to.</summary>
    /// <exception cref="KeyNotFoundException">It refers to nothing.</exception>
    public static JsonObject Resolve(JsonNode? node) => AsObject(node) is var found && found["$ref"] is { } reference
        ? Find(reference.GetValue<string>())
        : found;

    public static JsonObject Find(string reference)
    {
        JsonNode? found = Root;
        foreach (var step in reference.Split('/')[1..])
        {
            found = found?[step];
        }

        return found as JsonObject ?? throw new KeyNotFoundException($"Nothing is at {reference}.");
    }

    /// <summary>The name of the schema that a node refers to; null if it refers to none.</summary>
    public static string? SchemaName(JsonNode? node) => node?["$ref"]?.GetValue<string>().Split('/')[^1];

    public static JsonObject AsObject(JsonNode? node) =>
        node as JsonObject ?? throw new KeyNotFoundException($"Expected an object, found {node?.ToJsonString() ?? "nothing"}.");
}

/// <summary>One operation of the description.</summary>
internal sealed record ApiOperation(string Method, string Path, JsonObject Node)
{
    public string Id => Node["operationId"]?.GetValue<string>() ?? "";

    public IReadOnlyList<JsonObject> Parameters => [.. (Node["parameters"] as JsonArray ?? []).Select(ApiDescription.Resolve)];

    /// <summary>The responses by status, without the default one.</summary>
    public IReadOnlyDictionary<int, JsonObject> Responses => ApiDescription.AsObject(Node["responses"])
        .Where(response => response.Key is not "default")
        .ToDictionary(
            response => int.Parse(response.Key, System.Globalization.CultureInfo.InvariantCulture),
            response => ApiDescription.Resolve(response.Value));

    /// <summary>What the request body may be, by media type.</summary>
    public JsonObject Bodies => Node["requestBody"]?["content"] as JsonObject ?? [];

    public bool TakesJson => Bodies.ContainsKey("application/json");

    /// <summary>The example bodies, with their media types.</summary>
    public IEnumerable<(string MediaType, JsonNode Body)> Examples =>
        from body in Bodies
        from example in body.Value?["examples"] is JsonObject named
            ? named.Select(one => one.Value?["value"])
            : [body.Value?["example"]]
        where example is not null
        select (body.Key, example);

    public IEnumerable<string> ParameterNames(string place) =>
        Parameters.Where(parameter => parameter["in"]?.GetValue<string>() == place)
            .Select(parameter => parameter["name"]?.GetValue<string>() ?? "");

    public override string ToString() => $"{Id}: {Method} {Path}";
}
