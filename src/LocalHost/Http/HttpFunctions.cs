using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Azure.Functions.Worker;
using Mlops.LocalHost.Functions;

namespace Mlops.LocalHost.Http;

/// <summary>Puts HTTP functions onto ASP.NET Core's routing, as the Functions host routes them with an empty route prefix.</summary>
internal static class HttpFunctions
{
    /// <summary>The key under which the official <c>GetHttpContext()</c> looks for the request.</summary>
    private const string HttpContextKey = "HttpRequestContext";

    public static bool IsHttp(FunctionMethod function) => function.Trigger is HttpTriggerAttribute;

    /// <exception cref="InvalidOperationException">A function is declared in a way that cannot be routed, bound or answered.</exception>
    public static void Map(IEndpointRouteBuilder routes, FunctionApp app, FunctionMethod function)
    {
        var trigger = (HttpTriggerAttribute)function.Trigger;
        var pattern = Pattern(function, trigger);
        RequireAnswer(function);
        var runnable = new RunnableFunction(app, function, [typeof(HttpRequest)], [.. pattern.Parameters.Select(parameter => parameter.Name)]);
        RequestDelegate answer = http => AnswerAsync(runnable, http);
        var route = pattern.RawText ?? "/";
        var endpoint = trigger.Methods is { Length: > 0 } methods
            ? routes.MapMethods(route, methods.Select(method => method.ToUpperInvariant()), answer)
            : routes.Map(route, answer);
        endpoint.WithDisplayName(function.Name).WithMetadata(function);
    }

    private static async Task AnswerAsync(RunnableFunction function, HttpContext http)
    {
        var context = new LocalFunctionContext(
            function.Definition, http.RequestServices, http.Request, http.Request.RouteValues, Invocation.Attempt.Only, http.RequestAborted);
        context.Items[HttpContextKey] = http;
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
}
