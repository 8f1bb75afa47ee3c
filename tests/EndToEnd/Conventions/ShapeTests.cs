using System.Reflection;

namespace Mlops.EndToEnd.Conventions;

/// <summary>How types and their methods are made.</summary>
public sealed class ShapeTests
{
    private static readonly string[] EmptyNames =
        ["Service", "Manager", "Helper", "Helpers", "Handler", "Dto", "Impl", "Common", "Utils", "Util"];

    [Fact]
    public void Every_class_is_sealed_static_or_abstract() => Assert.Empty(
        from assembly in Assemblies.All
        from type in Assemblies.Types(assembly)
        where type is { IsClass: true, IsSealed: false, IsAbstract: false } && type.Name is not "Program"
        select type.FullName);

    [Fact]
    public void No_name_says_only_that_there_is_code() => Assert.Empty(
        from assembly in Assemblies.All
        from type in Assemblies.Types(assembly)
        where EmptyNames.Any(name => type.Name.EndsWith(name, StringComparison.Ordinal))
        select type.FullName);

    [Fact]
    public void What_Core_does_later_can_be_cancelled() => Assert.Empty(
        from type in Assemblies.Types(Assemblies.Core)
        from method in type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
        where type.IsVisible && IsAsynchronous(method) && method.GetBaseDefinition() == method && !EndsWithToken(method)
        select $"{type.Name}.{method.Name}");

    [Fact]
    public void Asynchronous_methods_say_so_in_their_names() => Assert.Empty(
        from assembly in Assemblies.All
        from type in Assemblies.Types(assembly)
        from method in type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
        where type.IsVisible && IsAsynchronous(method) && method.GetBaseDefinition() == method && !IsOfTheFramework(method)
            && !method.Name.EndsWith("Async", StringComparison.Ordinal) && !method.Name.Contains('<', StringComparison.Ordinal)
        select $"{type.Name}.{method.Name}");

    private static bool IsAsynchronous(MethodInfo method) =>
        !method.IsSpecialName && method.DeclaringType?.IsAssignableTo(typeof(Delegate)) is not true && ReturnsLater(method);

    private static bool ReturnsLater(MethodInfo method) =>
        method.ReturnType.IsAssignableTo(typeof(Task))
        || (method.ReturnType is { IsGenericType: true } result && result.GetGenericTypeDefinition() is var kind
            && (kind == typeof(ValueTask<>) || kind == typeof(IAsyncEnumerable<>)))
        || method.ReturnType == typeof(ValueTask);

    private static bool EndsWithToken(MethodInfo method) =>
        method.Name is "DisposeAsync"
        || method.GetParameters() is [.., { IsOptional: false } last] && last.ParameterType == typeof(CancellationToken);

    /// <summary>Implements an interface of the framework or an official package, which has its own names.</summary>
    private static bool IsOfTheFramework(MethodInfo method) => method.DeclaringType is { IsInterface: false } type && type.GetInterfaces()
        .Where(port => !Assemblies.All.Contains(port.Assembly))
        .Any(port => type.GetInterfaceMap(port).TargetMethods.Contains(method));
}
