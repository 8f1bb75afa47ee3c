using System.Reflection;
using System.Runtime.CompilerServices;

namespace Mlops.StandIns;

/// <summary>The public surface of a built assembly: every type and member that a caller or a derived class can see.</summary>
internal static class Surface
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    public static IEnumerable<SurfaceEntry> Of(IEnumerable<Type> types) => types.Where(IsVisible).SelectMany(Of);

    private static IEnumerable<SurfaceEntry> Of(Type type)
    {
        yield return TypeFacts.Entry(type);
        if (IsDelegate(type))
        {
            yield return MemberFacts.Entry(type.GetMethod("Invoke") ?? throw new InvalidOperationException($"{type} has no Invoke."));
            yield break;
        }

        foreach (var field in type.GetFields(Declared).Where(field => Seen(field.Attributes) && !field.IsSpecialName))
        {
            yield return MemberFacts.Entry(field);
        }

        if (type.IsEnum)
        {
            yield break;
        }

        foreach (var method in Methods(type))
        {
            yield return MemberFacts.Entry(method);
        }

        foreach (var property in type.GetProperties(Declared).Where(property => property.GetAccessors(true).Any(MemberFacts.IsVisible)))
        {
            yield return MemberFacts.Entry(property);
        }

        foreach (var @event in type.GetEvents(Declared).Where(@event => @event.AddMethod is { } add && MemberFacts.IsVisible(add)))
        {
            yield return MemberFacts.Entry(@event);
        }
    }

    private static IEnumerable<MethodBase> Methods(Type type) =>
        type.GetConstructors(Declared & ~BindingFlags.Static).Cast<MethodBase>()
            .Concat(type.GetMethods(Declared).Where(method => !IsAccessor(method) && method.Name is not ("Finalize" or "<Clone>$")))
            .Where(MemberFacts.IsVisible);

    private static bool IsAccessor(MethodInfo method) =>
        method.IsSpecialName && !method.Name.StartsWith("op_", StringComparison.Ordinal);

    private static bool IsVisible(Type type) =>
        (type.IsPublic || type.IsNestedPublic || type.IsNestedFamily || type.IsNestedFamORAssem)
        && (type.DeclaringType is null || IsVisible(type.DeclaringType))
        && !type.IsDefined(typeof(CompilerGeneratedAttribute), false);

    private static bool IsDelegate(Type type) => type.BaseType == typeof(MulticastDelegate);

    private static bool Seen(FieldAttributes attributes) =>
        (attributes & FieldAttributes.FieldAccessMask) is FieldAttributes.Public or FieldAttributes.Family or FieldAttributes.FamORAssem;
}
