using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Mlops.LocalHost.Functions;

/// <summary>Finds functions as the official build does: by the attributes of public methods.</summary>
public static class FunctionCatalog
{
    private const BindingFlags Anything =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    /// <summary>Every function of the types, by name.</summary>
    /// <exception cref="InvalidOperationException">A function has no trigger or two, is not public, or shares its name.</exception>
    public static IReadOnlyList<FunctionMethod> Find(IEnumerable<Type> types)
    {
        var found = new List<FunctionMethod>();
        foreach (var method in types.SelectMany(type => type.GetMethods(Anything)))
        {
            if (method.GetCustomAttribute<FunctionAttribute>() is { Name: var name })
            {
                found.Add(Describe(name, method));
            }
        }

        RequireUniqueNames(found);
        return [.. found.OrderBy(function => function.Name, StringComparer.Ordinal)];
    }

    /// <exception cref="InvalidOperationException">Two functions have the same name, which Functions compares without case.</exception>
    public static void RequireUniqueNames(IEnumerable<FunctionMethod> functions)
    {
        var shared = functions
            .GroupBy(function => function.Name, StringComparer.OrdinalIgnoreCase)
            .FirstOrDefault(group => group.Skip(1).Any());
        if (shared is not null)
        {
            throw shared.Last().Misdeclared($"has the name of {shared.First().EntryPoint}");
        }
    }

    private static FunctionMethod Describe(string name, MethodInfo method)
    {
        var triggers = (from parameter in method.GetParameters()
                        let trigger = parameter.GetCustomAttribute<TriggerBindingAttribute>()
                        where trigger is not null
                        select new FunctionMethod(name, method, trigger, parameter)).ToArray();
        if (triggers is not [var function])
        {
            throw new InvalidOperationException(
                $"Function '{name}' ({method.DeclaringType?.FullName}.{method.Name}) has {triggers.Length} triggers; it needs one.");
        }

        // The official build finds public methods of public classes only: what runs here must run there.
        return method is { IsPublic: true, DeclaringType.IsVisible: true }
            ? function
            : throw function.Misdeclared("is not a public method of a public class");
    }
}
