using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Mlops.Http.Telemetry;

namespace Mlops.LocalHost.Http;

/// <summary>Lives as long as an invocation, so that functions can tell whether they share one.</summary>
public sealed class Visit
{
    public int Count { get; set; }
}

/// <summary>Functions that answer with what they were given, one for each way of taking and answering.</summary>
public sealed class EchoFunctions(Visit visit)
{
    private int _calls;

    /// <summary>The trace that its request has, or what is asked for fails.</summary>
    [Function("Quiet")]
    [TracedOnDemand]
    public static IResult Quiet([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "quiet/{what}")] HttpRequest request, string what) =>
        what is "fails" ? throw new InvalidOperationException("the secret of /quiet") : Results.Text(Activity.Current?.TraceId.ToHexString() ?? "none");

    [Function("Typed")]
    public Ok<string> Typed(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "typed/{name}/{number}/{id}/{on}")] HttpRequest request,
        string name, int number, Guid id, bool? on) =>
        TypedResults.Ok($"{request.Method} {name} {number + 1} {id:N} {on}");

    [Function("Constrained")]
    public IResult Constrained(
        [HttpTrigger(AuthorizationLevel.Function, "get", "DELETE", Route = "constrained/{number:int:min(1)}/{word:regex(^[a-z]+$)?}")]
        HttpRequest request,
        long number, string? word) =>
        Results.Text($"{request.Method} {number} {word ?? "nothing"}");

    [Function("CatchAll")]
    public Task<IResult> CatchAllAsync([HttpTrigger("get", Route = "all/{*rest}")] HttpRequest request, string rest) =>
        Task.FromResult(Results.Text($"{rest}{request.QueryString}"));

    [Function("Union")]
    public async ValueTask<Results<Ok<int>, NotFound>> UnionAsync(
        [HttpTrigger("get", Route = "union/{number:int}")] HttpRequest request, int number)
    {
        await Task.Yield();
        return request.Query.ContainsKey("lost") ? TypedResults.NotFound() : TypedResults.Ok(number);
    }

    [Function("Action")]
    public async Task<IActionResult> ActionAsync([HttpTrigger("get", Route = "action")] HttpRequest request)
    {
        await Task.Yield();
        return new ContentResult { Content = request.Path, StatusCode = 202 };
    }

    [Function("ByItself")]
    public async Task ByItselfAsync([HttpTrigger("post", Route = "itself")] HttpRequest request, CancellationToken cancellationToken)
    {
        request.HttpContext.Response.StatusCode = 201;
        await request.Body.CopyToAsync(request.HttpContext.Response.Body, cancellationToken);
    }

    [Function("ByName")]
    public IResult ByName([HttpTrigger] HttpRequest request, FunctionContext context) => Results.Json(new
    {
        request.Method,
        context.FunctionDefinition.Name,
        context.FunctionDefinition.EntryPoint,
        Trigger = context.FunctionDefinition.InputBindings["request"].Type,
        context.InvocationId,
        SameRequest = ReferenceEquals(context.GetHttpContext(), request.HttpContext),
    });

    [Function("Count")]
    public IResult Count([HttpTrigger("get", Route = "count")] HttpRequest request) =>
        Results.Text($"{++_calls} {++visit.Count} {request.RouteValues.Count}");

    [Function("Fails")]
    public IResult Fails([HttpTrigger("get", Route = "fails")] HttpRequest request) =>
        throw new InvalidDataException($"the secret of {request.Path}");

    [Function("FailsLate")]
    public async Task FailsLateAsync([HttpTrigger("get", Route = "fails-late")] HttpRequest request, CancellationToken cancellationToken)
    {
        await request.HttpContext.Response.WriteAsync("half of the ans", cancellationToken);
        throw new InvalidDataException("too late");
    }
}
