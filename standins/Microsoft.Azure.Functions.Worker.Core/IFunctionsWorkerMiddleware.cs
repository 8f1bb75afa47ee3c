namespace Microsoft.Azure.Functions.Worker.Middleware;

/// <summary>The rest of an invocation.</summary>
public delegate Task FunctionExecutionDelegate(FunctionContext context);

/// <summary>Something that runs around every function.</summary>
public interface IFunctionsWorkerMiddleware
{
    Task Invoke(FunctionContext context, FunctionExecutionDelegate next);
}
