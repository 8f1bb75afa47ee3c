using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Azure.Functions.Worker;
using Mlops.LocalHost.Functions;

namespace Mlops.LocalHost.Http;

/// <summary>Puts HTTP functions onto ASP.NET Core's routing, as the Functions host routes them with an empty route prefix.</summary>
internal static partial class HttpFunctions
{
    /// <exception cref="InvalidOperationException">A function cannot be routed, bound or answered, or two have one route.</exception>
    public static void Map(IEndpointRouteBuilder routes, FunctionApps apps, SingletonServices singletons)
    {
        var taken = new Dictionary<string, FunctionMethod>(StringComparer.OrdinalIgnoreCase);
        foreach (var (app, function) in apps.Of<HttpTriggerAttribute>())
        {
            var trigger = (HttpTriggerAttribute)function.Trigger;
            var pattern = Pattern(function, trigger);
            var methods = trigger.Methods?.Select(method => method.ToUpperInvariant()).ToArray() ?? [];
            RequireOwnRoute(function, pattern, methods, taken);
            RequireAnswer(function);
            string[] tokens = [.. pattern.Parameters.Select(parameter => parameter.Name)];
            var runnable = new RunnableFunction(app, function, [typeof(HttpRequest)], tokens);
            RequestDelegate answer = http => AnswerAsync(runnable, singletons, http);
            var route = pattern.RawText ?? "/";
            var endpoint = methods.Length > 0 ? routes.MapMethods(route, methods, answer) : routes.Map(route, answer);
            endpoint.WithDisplayName(function.Name).WithMetadata(function);
        }
    }

    private static async Task AnswerAsync(RunnableFunction function, SingletonServices singletons, HttpContext http)
    {
        var context = new HttpFunctionContext(function.Definition, singletons, http);
        await function.RunAsync(context);
        switch (context.Result)
        {
            case IResult result:
                await result.ExecuteAsync(http);
                break;
            case IActionResult result:
                await result.ExecuteResultAsync(new ActionContext(http, http.GetRouteData(), new()));
                break;
        }
    }

    private static RoutePattern Pattern(FunctionMethod function, HttpTriggerAttribute trigger)
    {
        try
        {
            return RoutePatternFactory.Parse("/" + (trigger.Route ?? function.Name).TrimStart('/'));
        }
        catch (RoutePatternException failure)
        {
            throw function.Misdeclared($"has the route '{trigger.Route}': {failure.Message}");
        }
    }

    private static void RequireOwnRoute(
        FunctionMethod function, RoutePattern pattern, string[] methods, Dictionary<string, FunctionMethod> taken)
    {
        // Routes that differ only in what their parameters are called match the same requests.
        var shape = ParameterName().Replace(pattern.RawText ?? "", "{");
        foreach (var method in methods.DefaultIfEmpty("any method"))
        {
            var route = $"{method} {shape}";
            if (!taken.TryAdd(route, function))
            {
                throw function.Misdeclared($"has the route {method} {pattern.RawText}, which {taken[route].Name} has already");
            }
        }
    }

    /// <remarks>The official worker ignores any other result, so that the caller would get an empty 200.</remarks>
    private static void RequireAnswer(FunctionMethod function)
    {
        var result = FunctionInvoker.AwaitedResult(function.Method);
        if (result != typeof(void) && result != typeof(object)
            && !result.IsAssignableTo(typeof(IResult)) && !result.IsAssignableTo(typeof(IActionResult)))
        {
            throw function.Misdeclared($"returns {result.Name}; an HTTP function answers with IResult, IActionResult or by itself");
        }
    }

    [GeneratedRegex(@"\{\*{0,2}[^:}?=]+")]
    private static partial Regex ParameterName();
}
