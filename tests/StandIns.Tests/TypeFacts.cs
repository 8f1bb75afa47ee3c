using System.Reflection;
using System.Runtime.CompilerServices;

namespace Mlops.StandIns;

/// <summary>A type as the listings describe it.</summary>
internal static class TypeFacts
{
    public static SurfaceEntry Entry(Type type) => new(DocIds.Of(type), Kind(type), [.. Bases(type)], [], [.. Facts(type)]);

    private static string Kind(Type type)
    {
        if (type.IsInterface)
        {
            return "interface";
        }

        if (type.IsEnum)
        {
            return "enum";
        }

        if (type.BaseType == typeof(MulticastDelegate))
        {
            return "delegate";
        }

        // A record is known by the method that the compiler writes for printing its members.
        const BindingFlags Own = BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
        var isRecord = type.GetMethod("PrintMembers", Own) is not null;
        if (type.IsValueType)
        {
            return isRecord ? "record struct" : "struct";
        }

        var modifier = (type.IsAbstract, type.IsSealed) switch
        {
            (true, true) => "static ",
            (true, false) => "abstract ",
            (false, true) => "sealed ",
            _ => "",
        };
        return modifier + (isRecord ? "record" : "class");
    }

    private static IEnumerable<string> Bases(Type type)
    {
        // Of a static class, an enumeration or a delegate the kind says it all.
        if (Kind(type) is "static class" or "enum" or "delegate")
        {
            return [];
        }

        var inherited = type.BaseType?.GetInterfaces() ?? [];
        return (type.BaseType is { } parent ? new[] { parent } : [])
            .Concat(type.GetInterfaces().Where(port => (port.IsPublic || port.IsNestedPublic) && !inherited.Contains(port)))
            .Select(DocIds.Used);
    }

    private static IEnumerable<string> Facts(Type type)
    {
        if (type.IsEnum && Enum.GetUnderlyingType(type) is var underlying && underlying != typeof(int))
        {
            yield return $"underlying {underlying}";
        }

        if (type.IsEnum && type.IsDefined(typeof(FlagsAttribute), false))
        {
            yield return "[Flags]";
        }

        if (type.IsDefined(typeof(IsReadOnlyAttribute), false))
        {
            yield return "readonly";
        }

        if (type.IsByRefLike)
        {
            yield return "ref";
        }

        var inherited = type.DeclaringType?.GetGenericArguments().Length ?? 0;
        if (type.GetGenericArguments().Select(parameter => parameter.Name).ToArray() is { Length: > 0 } parameters)
        {
            yield return $"<{string.Join(", ", parameters)}>";
            foreach (var constraint in Constraints.Of(type.GetGenericArguments().Skip(inherited)))
            {
                yield return constraint;
            }
        }

        if (type.GetCustomAttributesData().FirstOrDefault(data => data.AttributeType == typeof(AttributeUsageAttribute)) is { } usage)
        {
            yield return Usage(usage);
        }
    }

    private static string Usage(CustomAttributeData usage)
    {
        var targets = (AttributeTargets)(int)(usage.ConstructorArguments[0].Value ?? 0);
        var named = usage.NamedArguments
            .Select(argument => $"{argument.MemberName} = {argument.TypedValue.Value?.ToString()?.ToLowerInvariant()}");
        return $"AttributeUsage({string.Join(", ", named.Prepend(targets.ToString()))})";
    }
}
