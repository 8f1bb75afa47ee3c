using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Mlops.Storage;

namespace Mlops.Http;

/// <summary>Says in a caller's words what a <see cref="JsonException"/> found wrong: which field, and what was expected there.</summary>
internal static partial class JsonFault
{
    /// <param name="fault">What reading a <paramref name="type"/> threw.</param>
    /// <param name="type">What the document as a whole should have been.</param>
    /// <param name="options">The options it was read with.</param>
    /// <param name="whole">What the document as a whole is called.</param>
    public static IReadOnlyList<FieldError> Describe(JsonException fault, Type type, JsonSerializerOptions options, string whole = "body")
    {
        var path = (fault.Path ?? "$").TrimStart('$').TrimStart('.');
        var field = path.Length is 0 ? whole : path;
        if (MissingNames().Match(fault.Message) is { Success: true } missing)
        {
            var prefix = path.Length is 0 ? "" : path + ".";
            return [.. missing.Groups["name"].Captures.Select(name => new FieldError(prefix + name.Value, "is required"))];
        }

        return [new FieldError(field, Expectation(fault, path, type, options))];
    }

    private static string Expectation(JsonException fault, string path, Type type, JsonSerializerOptions options)
    {
        if (fault.Message.Contains("could not be mapped", StringComparison.Ordinal))
        {
            return "there is no such field";
        }

        if (fault.Message.Contains("Duplicate propert", StringComparison.Ordinal))
        {
            return "is there more than once";
        }

        if (fault.Message.Contains("allow null", StringComparison.Ordinal))
        {
            return "must not be null";
        }

        // A type that is read in a way of its own says itself what it is.
        if (fault.Message.StartsWith("expected ", StringComparison.Ordinal))
        {
            return fault.Message;
        }

        return fault.Message.Contains("could not be converted", StringComparison.Ordinal)
            ? $"expected {Described(TypeAt(path, type, options))}"
            : string.Create(
                CultureInfo.InvariantCulture, $"is not JSON from line {fault.LineNumber + 1}, byte {fault.BytePositionInLine} on");
    }

    /// <summary>The type that the document should have at a path such as <c>learner.rounds[3]</c>, or the nearest known above it.</summary>
    private static Type TypeAt(string path, Type type, JsonSerializerOptions options)
    {
        foreach (Match step in PathStep().Matches(path))
        {
            var info = options.GetTypeInfo(Nullable.GetUnderlyingType(type) ?? type);
            var next = step.Groups["name"].Success
                ? info.Properties.FirstOrDefault(property => property.Name == step.Groups["name"].Value)?.PropertyType
                : info.ElementType;
            if ((next ?? info.ElementType) is not { } found)
            {
                return type;
            }

            type = found;
        }

        return Nullable.GetUnderlyingType(type) ?? type;
    }

    private static string Described(Type type) => type switch
    {
        { IsEnum: true } => $"one of {string.Join(", ", Enum.GetValues(type).Cast<object>().Select(value => NameOf(value, type)))}",
        _ when type == typeof(string) => "a string",
        _ when type == typeof(bool) => "true or false",
        _ when type == typeof(int) || type == typeof(long) => "a whole number that fits",
        _ when type == typeof(double) || type == typeof(float) => "a number",
        _ when type == typeof(DateTimeOffset) => "an ISO 8601 instant",
        _ when type.IsAssignableTo(typeof(System.Collections.IDictionary)) || type.Name.Contains("Dictionary", StringComparison.Ordinal) =>
            "an object",
        _ when type.IsAssignableTo(typeof(System.Collections.IEnumerable)) => "an array",
        _ => "an object",
    };

    private static string? NameOf(object value, Type type) =>
        JsonSerializer.SerializeToElement(value, type, Documents.Options).GetString();

    [GeneratedRegex(@"missing required properties including: ('(?<name>[^']+)'(, )?)+")]
    private static partial Regex MissingNames();

    [GeneratedRegex(@"(?<name>[^.\[\]]+)|\[(?<index>\d+)\]")]
    private static partial Regex PathStep();
}
