using System.Text.Json;
using System.Text.Json.Nodes;

namespace Mlops.EndToEnd.OpenApi;

/// <summary>Holds a JSON value against a schema of the description: types, required and unknown fields, values of enumerations.</summary>
internal static class JsonSchema
{
    public static IEnumerable<string> Faults(JsonNode? value, JsonNode? schemaNode, string path = "$")
    {
        var schema = ApiDescription.Resolve(schemaNode);
        if (schema["oneOf"] is JsonArray options)
        {
            return options.Any(option => !Faults(value, option, path).Any()) ? [] : [$"{path} is none of what it may be"];
        }

        // A schema without a type is of what may be anything, such as an argument of an expectation.
        if (schema["type"] is not null
            && !Kinds(schema).Contains(KindOf(value)) && !(Kinds(schema).Contains("number") && KindOf(value) is "integer"))
        {
            return [$"{path} is {KindOf(value)}, not {string.Join(" or ", Kinds(schema))}"];
        }

        return value switch
        {
            JsonObject map => ObjectFaults(map, schema, path),
            JsonArray list when schema["items"] is { } items => list.SelectMany((item, index) => Faults(item, items, $"{path}[{index}]")),
            JsonValue text when schema["enum"] is JsonArray values && !values.Any(known => known?.ToString() == text.ToString()) =>
                [$"{path} is {text}"],
            _ => [],
        };
    }

    private static IEnumerable<string> ObjectFaults(JsonObject map, JsonObject schema, string path)
    {
        var properties = schema["properties"] as JsonObject ?? [];
        foreach (var name in (schema["required"] as JsonArray ?? []).Select(name => name?.GetValue<string>() ?? "")
            .Where(name => !map.ContainsKey(name)))
        {
            yield return $"{path}.{name} is missing";
        }

        foreach (var (name, member) in map)
        {
            var described = properties[name] ?? schema["additionalProperties"] as JsonObject;
            if (described is null && properties.Count > 0)
            {
                yield return $"{path}.{name} is not described";
            }
            else if (described is not null)
            {
                foreach (var fault in Faults(member, described, $"{path}.{name}"))
                {
                    yield return fault;
                }
            }
        }
    }

    private static IEnumerable<string> Kinds(JsonObject schema) => schema["type"] switch
    {
        JsonArray kinds => kinds.Select(kind => kind?.GetValue<string>() ?? ""),
        { } kind => [kind.GetValue<string>()],
        null => [],
    };

    private static string KindOf(JsonNode? value) => value?.GetValueKind() switch
    {
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.String => "string",
        JsonValueKind.True or JsonValueKind.False => "boolean",
        JsonValueKind.Number => value.ToJsonString().AsSpan().ContainsAny('.', 'e', 'E') ? "number" : "integer",
        _ => "null",
    };
}
