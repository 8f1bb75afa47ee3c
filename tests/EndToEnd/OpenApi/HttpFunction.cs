using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Mlops.Api;
using Mlops.Http;
using Mlops.LocalHost.Functions;
using Mlops.Pipelines;

namespace Mlops.EndToEnd.OpenApi;

/// <summary>An HTTP function as its attributes and its code have it.</summary>
internal sealed partial record HttpFunction(string Name, string Method, string Path, MethodInfo Code)
{
    private readonly Lazy<IReadOnlyList<CodeReference>> _references = new(() => CodeReference.Of(Code));

    public static IReadOnlyList<HttpFunction> All { get; } =
    [
        .. from function in FunctionCatalog.Find([.. typeof(ApiApp).Assembly.GetTypes(), .. typeof(PipelinesApp).Assembly.GetTypes()])
           let trigger = function.Trigger as HttpTriggerAttribute
           where trigger is not null
           from method in trigger.Methods ?? []
           select new HttpFunction(function.Name, method.ToUpperInvariant(), "/" + Constraint().Replace(trigger.Route ?? "", "{$1}").TrimStart('/'),
               function.Method),
    ];

    /// <summary>The type that the JSON body is read as; null if none is.</summary>
    public Type? RequestType => ReadAs(nameof(Incoming.BodyAsync));

    /// <summary>The type that the JSON part of a form is read as; null if none is.</summary>
    public Type? PartType => ReadAs(nameof(Incoming.Part));

    /// <summary>The result types that the answer may have.</summary>
    public IReadOnlyList<Type> ResultTypes =>
        Unwrap(Code.ReturnType) is { IsGenericType: true } result && result.Name.StartsWith("Results`", StringComparison.Ordinal)
        ? result.GetGenericArguments()
        : [Unwrap(Code.ReturnType)];

    /// <summary>The types of the answers' JSON bodies.</summary>
    public IEnumerable<Type> ResponseTypes => ResultTypes
        .Where(result => result.IsGenericType && result.IsAssignableTo(typeof(IValueHttpResult)))
        .Select(result => result.GetGenericArguments()[0]);

    /// <summary>Whether the function, or a method of its class that it calls, calls <paramref name="method"/>.</summary>
    public bool Calls(Type type, string method) =>
        _references.Value.Any(reference => reference.Member is MethodBase called && called.Name == method && called.DeclaringType == type);

    /// <summary>Whether a text stands in the code.</summary>
    public bool Mentions(string text) => _references.Value.Any(reference => reference.Text == text);

    private Type? ReadAs(string reader) => _references.Value.Select(reference => reference.Member).OfType<MethodInfo>()
        .SingleOrDefault(called => called.Name == reader && called.DeclaringType == typeof(Incoming))?.GetGenericArguments()[0];

    private static Type Unwrap(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Task<>) ? type.GetGenericArguments()[0] : type;

    [GeneratedRegex(@"\{\*{0,2}([A-Za-z]+)[^}]*\}")]
    private static partial Regex Constraint();
}
