using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Mlops.Serving;

public static class ServingServices
{
    /// <summary>Endpoints over whatever storage, registry and model loader are registered. Someone must run the router's
    /// <see cref="EndpointRouter.RunAsync"/>.</summary>
    public static IServiceCollection AddServing(this IServiceCollection services)
    {
        services.TryAddSingleton<EndpointStore>();
        services.TryAddSingleton<EndpointRouter>();
        services.TryAddSingleton<Predictor>();
        return services;
    }
}
