using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Mlops.Http;
using Mlops.Http.Telemetry;
using Mlops.LocalHost.Functions;

namespace Mlops.LocalHost.Http;

/// <summary>Answers what no function answers: unknown routes, wrong methods, and what escapes a function's own middleware.</summary>
/// <remarks>
/// Begins the trace of a request, too. Each traced answer carries its id in <c>x-request-id</c>, the same as in problem documents and
/// in the log. Comes after routing, since the function says whether its requests are traced when nobody asks.
/// </remarks>
internal sealed partial class HostProblems(RequestDelegate next, ILogger<HostProblems> logger)
{
    private const string RequestId = "x-request-id";

    public async Task InvokeAsync(HttpContext http)
    {
        using var trace = IsTraced(http) ? RequestTrace.BeginUnlessBegun(http.Request) : null;
        http.Response.OnStarting(SetRequestId, http);
        http.Request.Body = new CallerBody(http.Request.Body);
        try
        {
            await next(http);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The caller has gone; there is nobody to answer.
            return;
        }
        catch (BadHttpRequestException bad) when (!http.Response.HasStarted)
        {
            http.Response.Clear();
            await http.Request.Error(bad.StatusCode, bad.Message).ExecuteAsync(http);
            return;
        }
        catch (Exception failure) when (!http.Response.HasStarted)
        {
            using var traceOfFailure = RequestTrace.BeginUnlessBegun(http.Request);
            LogFailed(failure, http.Request.Method, http.Request.Path);
            http.Response.Clear();
            const string Detail = "Something went wrong on our side. The log has it under the trace id.";
            await http.Request.Error(StatusCodes.Status500InternalServerError, Detail).ExecuteAsync(http);
            return;
        }

        if (FunctionOf(http) is null && !http.Response.HasStarted)
        {
            await ExplainAsync(http);
        }
    }

    private static FunctionMethod? FunctionOf(HttpContext http) => http.GetEndpoint()?.Metadata.GetMetadata<FunctionMethod>();

    private static bool IsTraced(HttpContext http) =>
        FunctionOf(http) is not { IsTracedOnDemand: true } || RequestTrace.IsAskedFor(http.Request);

    private static Task ExplainAsync(HttpContext http) => http.Response.StatusCode switch
    {
        StatusCodes.Status404NotFound => http.Request.Error(
            StatusCodes.Status404NotFound, $"There is nothing at {http.Request.Path}.").ExecuteAsync(http),
        StatusCodes.Status405MethodNotAllowed => http.Request.Error(
            StatusCodes.Status405MethodNotAllowed,
            $"{http.Request.Method} is not possible here; allowed: {http.Response.Headers.Allow}.").ExecuteAsync(http),
        _ => Task.CompletedTask,
    };

    private static Task SetRequestId(object state)
    {
        var http = (HttpContext)state;
        if (Activity.Current is { } activity)
        {
            http.Response.Headers[RequestId] = activity.TraceId.ToHexString();
        }

        return Task.CompletedTask;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path} failed in the host")]
    private partial void LogFailed(Exception failure, string method, string path);
}
