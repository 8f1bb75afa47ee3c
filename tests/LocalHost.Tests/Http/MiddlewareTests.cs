using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Mlops.Http;

namespace Mlops.LocalHost.Http;

public sealed class MiddlewareTests
{
    [Fact]
    public async Task Middleware_runs_in_the_order_of_its_registration_around_the_function()
    {
        await using var host = await RunningHost.StartAsync([typeof(EchoFunctions)], app =>
        {
            app.Services.AddScoped<Visit>();
            app.UseMiddleware(async (context, next) =>
            {
                Trail(context, "outer");
                await next();
            });
            app.UseMiddleware<Inner>();
        });

        var response = await host.Client.GetAsync("count");

        Assert.Equal(["outer Count", "inner Count"], response.Headers.GetValues("trail"));
        Assert.Equal("1 11 0", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Middleware_may_answer_in_the_functions_place()
    {
        await using var host = await RunningHost.StartAsync([typeof(EchoFunctions)], app =>
        {
            app.Services.AddScoped<Visit>();
            app.UseMiddleware((context, _) =>
                Results.StatusCode(StatusCodes.Status403Forbidden).ExecuteAsync(context.GetHttpContext() ?? new DefaultHttpContext()));
        });

        Assert.Equal(HttpStatusCode.Forbidden, (await host.Client.GetAsync("fails")).StatusCode);
    }

    [Theory]
    [InlineData("fails")]
    [InlineData("quiet/fails")]
    public async Task The_problem_middleware_of_the_apps_answers_with_the_request_id_kept(string path)
    {
        await using var host = await RunningHost.StartAsync([typeof(EchoFunctions)], app =>
        {
            app.Services.AddScoped<Visit>();
            app.UseMiddleware<ProblemDetailsMiddleware>();
        });

        var response = await host.Client.GetAsync(path);

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.Single(response.Headers.GetValues("x-request-id"));
    }

    [Fact]
    public async Task A_body_beyond_the_functions_hosts_limit_is_refused_with_413()
    {
        await using var host = await RunningHost.StartAsync(
            [typeof(EchoFunctions)],
            app => app.Services.AddScoped<Visit>(),
            new Dictionary<string, string?> { ["FUNCTIONS_REQUEST_BODY_SIZE_LIMIT"] = "1000" });

        var most = await host.Client.PostAsync("itself", new ByteArrayContent(new byte[1_000]));
        var more = await host.Client.PostAsync("itself", new ByteArrayContent(new byte[1_001]));

        Assert.Equal(HttpStatusCode.Created, most.StatusCode);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, more.StatusCode);
    }

    [Fact]
    public async Task A_caller_that_goes_away_cancels_the_function()
    {
        var waiting = new Waiting();
        await using var host = await RunningHost.StartAsync([typeof(WaitingFunctions)], app => app.Services.AddSingleton(waiting));
        using var leave = new CancellationTokenSource();
        var call = host.Client.GetAsync("wait", leave.Token);
        await waiting.Started.Task;

        await leave.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await waiting.Cancelled.Task.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.DoesNotContain("\"level\":\"Error\"", host.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_function_that_nothing_here_starts_is_named_in_the_log()
    {
        await using var host = await RunningHost.StartAsync([typeof(QueuedFunctions)]);

        Assert.Contains("Function Queued is never started here: the local host has no queueTrigger", host.Log, StringComparison.Ordinal);
    }

    private static void Trail(FunctionContext context, string word) =>
        context.GetHttpContext()?.Response.Headers.Append("trail", $"{word} {context.FunctionDefinition.Name}");

    private sealed class Inner : IFunctionsWorkerMiddleware
    {
        public Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
        {
            Trail(context, "inner");
            context.InstanceServices.GetRequiredService<Visit>().Count += 10;
            return next(context);
        }
    }
}

public sealed class Waiting
{
    public TaskCompletionSource Started { get; } = new();

    public TaskCompletionSource Cancelled { get; } = new();
}

public sealed class WaitingFunctions(Waiting waiting)
{
    [Function("Wait")]
    public async Task WaitAsync([HttpTrigger("get", Route = "wait")] HttpRequest request, CancellationToken cancellationToken)
    {
        await using var registration = cancellationToken.Register(() => waiting.Cancelled.SetResult());
        waiting.Started.SetResult();
        await Task.Delay(Timeout.Infinite, request.HttpContext.RequestAborted);
    }
}

[AttributeUsage(AttributeTargets.Parameter)]
public sealed class QueueTriggerAttribute : TriggerBindingAttribute;

public sealed class QueuedFunctions
{
    [Function("Queued")]
    public void Run([QueueTrigger] string message) => ArgumentException.ThrowIfNullOrEmpty(message);
}
