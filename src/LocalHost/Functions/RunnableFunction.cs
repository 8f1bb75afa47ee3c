using System.Diagnostics;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;

namespace Mlops.LocalHost.Functions;

/// <summary>A function ready to run: its app's middleware, then the call itself.</summary>
internal sealed class RunnableFunction
{
    /// <summary>The name under which a trace carries the function's.</summary>
    public const string NameTag = "faas.name";

    private readonly FunctionExecutionDelegate _pipeline;

    /// <exception cref="InvalidOperationException">The function's parameters cannot be bound.</exception>
    public RunnableFunction(
        FunctionApp app, FunctionMethod function, IReadOnlyCollection<Type> triggerTypes, IReadOnlyCollection<string> tokens)
    {
        var invoke = FunctionInvoker.Prepare(function, triggerTypes, tokens);
        _pipeline = app.Around(async context =>
        {
            var invocation = (LocalFunctionContext)context;
            invocation.Result = await invoke(invocation);
        });
        Method = function;
        Definition = new LocalFunctionDefinition(function);
    }

    public FunctionMethod Method { get; }

    public string Name => Method.Name;

    public FunctionDefinition Definition { get; }

    /// <summary>Runs the function; what it throws and its middleware lets pass comes out.</summary>
    public Task RunAsync(LocalFunctionContext context)
    {
        Activity.Current?.SetTag(NameTag, Name);
        return _pipeline(context);
    }
}
