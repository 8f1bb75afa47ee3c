using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.DependencyInjection;

namespace Mlops.LocalHost.Functions;

/// <summary>One function app inside the host: the types with its functions and the middleware that runs around them.</summary>
/// <remarks>Apps share the host's services; middleware is each app's own, in the order in which it was added.</remarks>
public sealed class FunctionApp(IReadOnlyList<Type> types, IServiceCollection services) : IFunctionsWorkerApplicationBuilder
{
    private readonly List<Func<FunctionExecutionDelegate, FunctionExecutionDelegate>> _middleware = [];

    public IReadOnlyList<Type> Types { get; } = types;

    public IServiceCollection Services { get; } = services;

    public IFunctionsWorkerApplicationBuilder Use(Func<FunctionExecutionDelegate, FunctionExecutionDelegate> middleware)
    {
        _middleware.Add(middleware);
        return this;
    }

    /// <summary>The app's middleware around <paramref name="last"/>; the first added is the outermost.</summary>
    internal FunctionExecutionDelegate Around(FunctionExecutionDelegate last) =>
        Enumerable.Reverse(_middleware).Aggregate(last, (next, middleware) => middleware(next));
}
