using System.Text.Json.Serialization.Metadata;
using Mlops.Http;
using Mlops.Storage;

namespace Mlops.EndToEnd.OpenApi;

/// <summary>The types that travel as JSON, found from what functions read and return.</summary>
internal static class WireTypes
{
    /// <summary>Everything that callers send.</summary>
    public static IReadOnlyCollection<Type> Sent { get; } = Reachable(
        HttpFunction.All.SelectMany(function => new[] { function.RequestType, function.PartType }).OfType<Type>());

    /// <summary>Everything that callers send or get.</summary>
    public static IReadOnlyCollection<Type> All { get; } = Reachable(
        [.. Sent, typeof(FieldError), .. HttpFunction.All.SelectMany(function => function.ResponseTypes)]);

    /// <summary>What a type is called in the description: its own name without <c>View</c>; a page is named for its items.</summary>
    public static string SchemaName(Type type)
    {
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Page<>))
        {
            return SchemaName(type.GetGenericArguments()[0]) + "Page";
        }

        return type.Name.EndsWith("View", StringComparison.Ordinal) ? type.Name[..^4] : type.Name;
    }

    public static JsonTypeInfo Describe(Type type) => Documents.Options.GetTypeInfo(type);

    /// <summary>A name or id: a class that is written as a string.</summary>
    public static bool IsText(Type type) =>
        type.GetInterfaces().Any(port => port.IsGenericType && port.GetGenericTypeDefinition() == typeof(IParsable<>)) && type.IsClass
            && type != typeof(string);

    private static HashSet<Type> Reachable(IEnumerable<Type> roots)
    {
        var found = new HashSet<Type>();
        var waiting = new Queue<Type>(roots);
        while (waiting.TryDequeue(out var next))
        {
            var type = Nullable.GetUnderlyingType(next) ?? next;
            var info = Describe(type);
            if (info.ElementType is { } element)
            {
                waiting.Enqueue(element);
            }
            else if ((type.IsEnum || IsText(type) || info.Kind is JsonTypeInfoKind.Object) && type != typeof(string) && found.Add(type))
            {
                foreach (var property in info.Properties)
                {
                    waiting.Enqueue(property.PropertyType);
                }
            }
        }

        return found;
    }
}
