using Microsoft.Extensions.DependencyInjection;

namespace Mlops.Registry;

public static class RegistryServices
{
    /// <summary>The registry over whatever storage is registered.</summary>
    public static IServiceCollection AddRegistry(this IServiceCollection services) => services
        .AddSingleton<ModelStore>()
        .AddSingleton<ModelFiles>();
}
