using System.Globalization;
using System.Reflection;

namespace Mlops.StandIns;

/// <summary>The documentation ids by which C# compilers and the listings name types and members.</summary>
internal static class DocIds
{
    public static string Of(Type type) => $"T:{Declared(type)}";

    public static string Of(FieldInfo field) => $"F:{Declared(Owner(field))}.{field.Name}";

    public static string Of(PropertyInfo property) =>
        $"P:{Declared(Owner(property))}.{property.Name}{Parameters(property.GetIndexParameters())}";

    public static string Of(EventInfo @event) => $"E:{Declared(Owner(@event))}.{@event.Name}";

    public static string Of(MethodBase method)
    {
        var name = method.IsConstructor ? "#ctor" : method.Name;
        var arity = method.IsGenericMethodDefinition ? $"``{method.GetGenericArguments().Length}" : "";
        var conversion = method is MethodInfo { Name: "op_Implicit" or "op_Explicit" } operation ? $"~{Used(operation.ReturnType)}" : "";
        return $"M:{Declared(Owner(method))}.{name}{arity}{Parameters(method.GetParameters())}{conversion}";
    }

    /// <summary>A type where it is used: generic arguments in braces, parameters by position.</summary>
    public static string Used(Type type)
    {
        if (type.IsByRef)
        {
            return Used(Element(type)) + "@";
        }

        if (type.IsPointer)
        {
            return Used(Element(type)) + "*";
        }

        if (type.IsArray)
        {
            var rank = type.GetArrayRank();
            return Used(Element(type)) + (rank is 1 ? "[]" : $"[{string.Join(',', Enumerable.Repeat("0:", rank))}]");
        }

        if (type.IsGenericParameter)
        {
            return (type.DeclaringMethod is null ? "`" : "``") + type.GenericParameterPosition.ToString(CultureInfo.InvariantCulture);
        }

        return UsedName(type, type.GetGenericArguments());
    }

    private static string UsedName(Type type, Type[] arguments)
    {
        var outer = type.DeclaringType is { } declaring ? UsedName(declaring, arguments) + "."
            : type.Namespace is { } space ? space + "."
            : "";
        var mark = type.Name.IndexOf('`', StringComparison.Ordinal);
        if (mark < 0)
        {
            return outer + type.Name;
        }

        var inherited = type.DeclaringType?.GetGenericArguments().Length ?? 0;
        var own = arguments.Skip(inherited).Take(type.GetGenericArguments().Length - inherited).Select(Used);
        return $"{outer}{type.Name[..mark]}{{{string.Join(',', own)}}}";
    }

    private static string Declared(Type type) => (type.FullName ?? type.Name).Replace('+', '.');

    private static string Parameters(ParameterInfo[] parameters) =>
        parameters.Length is 0 ? "" : $"({string.Join(',', parameters.Select(parameter => Used(parameter.ParameterType)))})";

    private static Type Owner(MemberInfo member) => member.DeclaringType ?? throw new InvalidOperationException($"{member} has no type.");

    private static Type Element(Type type) => type.GetElementType() ?? throw new InvalidOperationException($"{type} has no element.");
}
