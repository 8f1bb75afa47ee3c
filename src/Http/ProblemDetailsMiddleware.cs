using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.Logging;
using Mlops.Http.Telemetry;
using Mlops.Storage;

namespace Mlops.Http;

/// <summary>The one place where what a function throws becomes an answer.</summary>
/// <remarks>
/// A <see cref="ProblemException"/> is the caller's to mend and is answered as it says. Anything else is ours: it is logged with
/// the exception and answered with 500, never with the exception's text. Each is answered in the form of the route's protocol. Nothing is caught outside HTTP, where
/// the host retries.
/// </remarks>
public sealed partial class ProblemDetailsMiddleware(ILogger<ProblemDetailsMiddleware> logger) : IFunctionsWorkerMiddleware
{
    public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        try
        {
            await next(context);
        }
        catch (OperationCanceledException) when (context.GetHttpContext() is { RequestAborted.IsCancellationRequested: true })
        {
            // The caller has gone; there is nobody to answer.
        }
        catch (Exception failure) when (context.GetHttpContext() is { Response.HasStarted: false } http)
        {
            using var trace = RequestTrace.BeginUnlessBegun(http.Request);
            http.Response.Clear();
            await Answer(failure, http.Request, context).ExecuteAsync(http);
        }
    }

    private IResult Answer(Exception failure, HttpRequest request, FunctionContext context)
    {
        switch (failure)
        {
            case ProblemException problem:
                return request.Error(problem.Status, problem.Message, problem.Errors);
            case InvalidContinuationException:
                return request.Error(
                    StatusCodes.Status400BadRequest,
                    "The continuation is not of an earlier page.",
                    [new FieldError("continuation", "expected the continuation of an earlier page")]);
            case BadHttpRequestException bad:
                return request.Error(bad.StatusCode, bad.Message);
            default:
                LogFailed(failure, context.FunctionDefinition.Name);
                return request.Error(
                    StatusCodes.Status500InternalServerError, "Something went wrong on our side. The log has it under the trace id.");
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Function {Function} failed")]
    private partial void LogFailed(Exception failure, string function);
}
