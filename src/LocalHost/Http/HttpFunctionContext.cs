using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Mlops.LocalHost.Functions;

namespace Mlops.LocalHost.Http;

/// <summary>An invocation by a request, and its services, whose scope is opened when something asks for more than singletons.</summary>
internal sealed class HttpFunctionContext(FunctionDefinition definition, SingletonServices singletons, HttpContext http)
    : LocalFunctionContext(definition), IKeyedServiceProvider
{
    /// <summary>The key under which the official <c>GetHttpContext()</c> looks for the request.</summary>
    private const string HttpContextKey = "HttpRequestContext";

    private IServiceProvider? _services;

    public override object Trigger => http.Request;

    public override IReadOnlyDictionary<string, object?> Tokens => http.Request.RouteValues;

    public override RetryContext RetryContext => Invocation.Attempt.Only;

    public override IServiceProvider InstanceServices
    {
        get => _services ?? this;
        set => _services = value;
    }

    public override CancellationToken CancellationToken => http.RequestAborted;

    private IKeyedServiceProvider Scoped => (IKeyedServiceProvider)http.RequestServices;

    public object? GetService(Type serviceType) =>
        singletons.TryGet(serviceType, out var service) ? service : http.RequestServices.GetService(serviceType);

    public object? GetKeyedService(Type serviceType, object? serviceKey) => Scoped.GetKeyedService(serviceType, serviceKey);

    public object GetRequiredKeyedService(Type serviceType, object? serviceKey) => Scoped.GetRequiredKeyedService(serviceType, serviceKey);

    protected override Dictionary<object, object> NewItems() => new() { [HttpContextKey] = http };
}
