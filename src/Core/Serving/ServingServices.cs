using Microsoft.Extensions.DependencyInjection;

namespace Mlops.Serving;

public static class ServingServices
{
    /// <summary>Endpoints over whatever storage, registry and model loader are registered. Someone must run the router's
    /// <see cref="EndpointRouter.RunAsync"/>.</summary>
    public static IServiceCollection AddServing(this IServiceCollection services) => services
        .AddSingleton<EndpointStore>()
        .AddSingleton<EndpointRouter>();
}
