using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Mlops.Http;

namespace Mlops.EndToEnd.OpenApi;

public sealed partial class RouteTests
{
    public static TheoryData<string> Operations => [.. ApiDescription.Operations.Select(operation => operation.Id)];

    /// <summary>Predictions are read and written by hand: <see cref="TourTests"/> holds them against a real endpoint.</summary>
    public static TheoryData<string> OperationsOfRecords =>
        [.. ApiDescription.Operations.Select(operation => operation.Id).Where(id => id is not "Predict")];

    [Fact]
    public void Routes_and_description_are_the_same() => Assert.Equal(
        HttpFunction.All.Select(function => $"{function.Name}: {function.Method} {function.Path}").Order(StringComparer.Ordinal),
        ApiDescription.Operations.Select(operation => operation.ToString()).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Operations))]
    public void Path_parameters_are_those_of_the_route(string id)
    {
        var operation = ApiDescription.Operation(id);

        Assert.Equal(
            PathParameter().Matches(operation.Path).Select(match => match.Groups[1].Value).Order(StringComparer.Ordinal),
            operation.ParameterNames("path").Order(StringComparer.Ordinal));
        Assert.All(
            operation.Parameters.Where(parameter => parameter["in"]?.GetValue<string>() is "path"),
            parameter => Assert.True(parameter["required"]?.GetValue<bool>()));
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public void Query_parameters_and_headers_are_those_that_the_code_reads(string id)
    {
        var (operation, function) = (ApiDescription.Operation(id), Function(id));
        var query = operation.ParameterNames("query").ToList();

        Assert.Equal(function.Calls(typeof(Paging), nameof(Paging.From)), query.Contains("limit"));
        Assert.Equal(query.Contains("limit"), query.Contains("continuation"));
        var own = query.Except(["limit", "continuation"]).ToList();
        Assert.Equal(function.Calls(typeof(HttpRequest), "get_Query"), own.Count > 0);
        Assert.All(own, name => Assert.True(function.Mentions(name), $"{id} does not read ?{name}="));
        Assert.Equal(function.Calls(typeof(ETags), nameof(ETags.IfMatch)), operation.ParameterNames("header").Contains("If-Match"));
        Assert.Equal(function.Mentions("Idempotency-Key"), operation.ParameterNames("header").Contains("Idempotency-Key"));
    }

    [Theory]
    [MemberData(nameof(OperationsOfRecords))]
    public void The_json_body_is_what_the_code_reads(string id)
    {
        var (operation, function) = (ApiDescription.Operation(id), Function(id));
        var schema = operation.Bodies["application/json"]?["schema"];
        var documented = schema is null ? null : ApiDescription.SchemaName(schema);

        // Predictions are parsed without a record to parse them into.
        Assert.Equal(
            function.RequestType is { } type ? WireTypes.SchemaName(type) : documented is "PredictionRequest" ? documented : null, documented);
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public void The_json_part_of_a_form_is_what_the_code_reads(string id)
    {
        var parts = ApiDescription.Operation(id).Bodies["multipart/form-data"]?["schema"]?["properties"] as JsonObject ?? [];

        Assert.Equal(
            Function(id).PartType is { } type ? WireTypes.SchemaName(type) : null,
            parts.Select(part => ApiDescription.SchemaName(part.Value)).SingleOrDefault(name => name is not null));
    }

    [Theory]
    [MemberData(nameof(OperationsOfRecords))]
    public void Json_answers_are_what_the_code_returns(string id)
    {
        var (operation, function) = (ApiDescription.Operation(id), Function(id));
        var documented = operation.Responses.Where(response => response.Key is < 400 or 503)
            .Select(response => ApiDescription.SchemaName(response.Value["content"]?["application/json"]?["schema"]))
            .OfType<string>().Where(schema => schema is not ("InferenceError" or "MlflowError")).Distinct().Order(StringComparer.Ordinal);
        var returned = function.ResponseTypes.Where(type => type != typeof(string))
            .Select(WireTypes.SchemaName).Distinct().Order(StringComparer.Ordinal);
        // Functions on one resource share a result type that says more than each of them answers.
        Assert.Equal(operation.Responses.ContainsKey(204) ? [] : returned, documented);
        Assert.True(!operation.Responses.ContainsKey(204) || function.ResultTypes.Contains(typeof(NoContent)));
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public void An_etag_is_promised_where_the_code_sets_one(string id)
    {
        var (operation, function) = (ApiDescription.Operation(id), Function(id));
        var promised = operation.Responses.Values.Any(response => response["headers"]?["ETag"] is not null);

        // Files carry tags of their own where they have any; functions on one resource share code that the removing one does not reach.
        var isFile = function.ResultTypes.Contains(typeof(FileStreamHttpResult));
        Assert.Equal(
            isFile ? function.Mentions("\"") : function.Calls(typeof(ETags), nameof(ETags.SetETag)) && operation.Method is not "DELETE",
            promised);
    }

    [Fact]
    public void Every_reference_resolves_and_every_component_is_referred_to()
    {
        var references = References(ApiDescription.Root).ToHashSet(StringComparer.Ordinal);
        Assert.All(references, reference => ApiDescription.Find(reference));

        var components = from kind in ApiDescription.AsObject(ApiDescription.Root["components"])
                         from component in ApiDescription.AsObject(kind.Value)
                         select $"#/components/{kind.Key}/{component.Key}";
        Assert.Empty(components.Except(references));
    }

    private static HttpFunction Function(string id) => HttpFunction.All.Single(function => function.Name == id);

    private static IEnumerable<string> References(JsonNode? node) => node switch
    {
        JsonObject map => map.SelectMany(entry => entry.Key is "$ref" ? [entry.Value?.GetValue<string>() ?? ""] : References(entry.Value)),
        JsonArray list => list.SelectMany(References),
        _ => [],
    };

    [GeneratedRegex(@"\{([A-Za-z]+)\}")]
    private static partial Regex PathParameter();
}
