using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Mlops.Storage;
using Mlops.Training;

namespace Mlops.EndToEnd.OpenApi;

public sealed class SchemaTests
{
    /// <summary>
    /// What is not a record: errors, ids in routes, predictions, which follow the model's signature, and numbers or words.
    /// </summary>
    private static readonly string[] ByHand =
        ["Problem", "InferenceError", "MlflowError", "Id", "PredictionRequest", "PredictionRecord", "PredictionResponse", "Prediction", nameof(HyperparameterValue)];

    public static TheoryData<string> Names => [.. WireTypes.All.Select(WireTypes.SchemaName)];

    [Fact]
    public void Schemas_and_types_are_the_same() => Assert.Equal(
        WireTypes.All.Select(WireTypes.SchemaName).Concat(ByHand).Order(StringComparer.Ordinal),
        ApiDescription.Schemas.Select(schema => schema.Key).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Names))]
    public void A_schema_says_of_its_type_what_is_so(string name)
    {
        var type = WireTypes.All.Single(candidate => WireTypes.SchemaName(candidate) == name);
        var schema = ApiDescription.AsObject(ApiDescription.Schemas[name]);

        Assert.Empty(type.IsEnum ? EnumFaults(type, schema) : WireTypes.IsText(type) ? TextFaults(schema) : ObjectFaults(type, schema));
    }

    private static IEnumerable<string> EnumFaults(Type type, JsonObject schema)
    {
        var values = Enum.GetValues(type).Cast<object>()
            .Select(value => JsonSerializer.SerializeToNode(value, type, Documents.Options)?.GetValue<string>());
        return values.SequenceEqual(schema["enum"]?.AsArray().Select(value => value?.GetValue<string>()) ?? [])
            ? []
            : [$"the values are {string.Join(", ", values)}"];
    }

    private static IEnumerable<string> TextFaults(JsonObject schema) =>
        schema["type"]?.GetValue<string>() is "string" && schema["pattern"] is not null ? [] : ["it is a string with a pattern"];

    private static IEnumerable<string> ObjectFaults(Type type, JsonObject schema)
    {
        var isSent = WireTypes.Sent.Contains(type);
        var properties = WireTypes.Describe(type).Properties
            .Where(property => property.AttributeProvider?.IsDefined(typeof(JsonIgnoreAttribute), inherit: true) is not true).ToList();
        var described = schema["properties"] as JsonObject ?? [];
        var required = (schema["required"] as JsonArray ?? []).Select(name => name?.GetValue<string>() ?? "")
            .ToHashSet(StringComparer.Ordinal);
        if (isSent != (schema["additionalProperties"]?.GetValueKind() is JsonValueKind.False))
        {
            yield return isSent ? "unknown fields are refused" : "it is never sent";
        }

        foreach (var name in properties.Select(property => property.Name).Except(described.Select(property => property.Key)))
        {
            yield return $"it has {name}";
        }

        foreach (var name in described.Select(property => property.Key).Concat(required)
            .Except(properties.Select(property => property.Name)))
        {
            yield return $"it has no {name}";
        }

        foreach (var property in properties.Where(property => described.ContainsKey(property.Name)))
        {
            if ((isSent ? MustBeSent(property) : IsAlwaysThere(property)) != required.Contains(property.Name))
            {
                yield return $"{property.Name} is {(required.Contains(property.Name) ? "not " : "")}required";
            }

            var (inner, allowsNull) = WithoutNull(described[property.Name]);
            if (allowsNull != (isSent && !IsAlwaysThere(property)))
            {
                yield return $"{property.Name} may {(allowsNull ? "not " : "")}be null";
            }

            if (Fault(property.PropertyType, inner) is { } fault)
            {
                yield return $"{property.Name} {fault}";
            }
        }
    }

    private static bool MustBeSent(JsonPropertyInfo property) =>
        property.IsRequired || property.AssociatedParameter is { HasDefaultValue: false };

    private static bool IsAlwaysThere(JsonPropertyInfo property) =>
        property.PropertyType.IsValueType ? Nullable.GetUnderlyingType(property.PropertyType) is null : !property.IsGetNullable;

    /// <summary>How a schema differs from the type it should describe; null if it does not.</summary>
    private static string? Fault(Type declared, JsonObject schema)
    {
        var type = Nullable.GetUnderlyingType(declared) ?? declared;
        if (WireTypes.All.Contains(type))
        {
            return ApiDescription.SchemaName(schema) == WireTypes.SchemaName(type) ? null : $"is a {WireTypes.SchemaName(type)}";
        }

        // It has a converter of its own: a number or a word.
        if (type == typeof(HyperparameterValue))
        {
            return ApiDescription.SchemaName(schema) == nameof(HyperparameterValue) ? null : $"is a {nameof(HyperparameterValue)}";
        }

        var info = WireTypes.Describe(type);
        if (info.ElementType is { } element)
        {
            var (kind, inner) = info.Kind is JsonTypeInfoKind.Dictionary ? ("object", "additionalProperties") : ("array", "items");
            return Kind(schema) == kind ? Fault(element, WithoutNull(schema[inner]).Schema) : $"is of type {kind}";
        }

        var expected = Simple(type);
        return Kind(schema) == expected.Kind && schema["format"]?.GetValue<string>() == expected.Format
            ? null
            : $"is a {expected.Kind} {expected.Format}, not {schema.ToJsonString()}";
    }

    private static (string? Kind, string? Format) Simple(Type type) => type switch
    {
        _ when type == typeof(string) => ("string", null),
        _ when type == typeof(bool) => ("boolean", null),
        _ when type == typeof(int) => ("integer", "int32"),
        _ when type == typeof(long) => ("integer", "int64"),
        _ when type == typeof(double) => ("number", "double"),
        _ when type == typeof(JsonElement) => (null, null),
        _ when type == typeof(DateTimeOffset) || type == typeof(DateTime) => ("string", "date-time"),
        _ => throw new NotSupportedException($"No schema describes a {type}."),
    };

    private static string? Kind(JsonObject schema) => schema["type"] switch
    {
        // A metric may be one of three strings where it is no finite number.
        JsonArray kinds => kinds.Select(kind => kind?.GetValue<string>()).Except(["null", "string"]).SingleOrDefault() ?? "string",
        { } kind => kind.GetValue<string>(),
        null => null,
    };

    private static (JsonObject Schema, bool AllowsNull) WithoutNull(JsonNode? node)
    {
        var schema = ApiDescription.AsObject(node);
        return schema["oneOf"] is JsonArray options && options[0] is JsonObject first
            ? (first, options.Any(option => option?["type"]?.ToString() is "null"))
            : (schema, schema["type"] is JsonArray kinds && kinds.Any(kind => kind?.GetValue<string>() is "null"));
    }
}
