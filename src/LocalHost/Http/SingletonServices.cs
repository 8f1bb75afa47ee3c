using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;

namespace Mlops.LocalHost.Http;

/// <summary>Which services are singletons, and where they come from. Safe for concurrent use.</summary>
/// <param name="root">The host's own services.</param>
internal sealed class SingletonServices(IServiceCollection services, IServiceProvider root)
{
    private readonly ConcurrentDictionary<Type, bool> _known = [];

    /// <returns>Whether it is a singleton, so that the service is the same from every scope.</returns>
    public bool TryGet(Type type, out object? service)
    {
        var isSingleton = _known.GetOrAdd(type, IsSingleton);
        service = isSingleton ? root.GetService(type) : null;
        return isSingleton;
    }

    private bool IsSingleton(Type type) =>
        (Last(type) ?? (type.IsGenericType ? Last(type.GetGenericTypeDefinition()) : null)) is { Lifetime: ServiceLifetime.Singleton };

    private ServiceDescriptor? Last(Type type) =>
        services.LastOrDefault(descriptor => descriptor.ServiceType == type && !descriptor.IsKeyedService);
}
