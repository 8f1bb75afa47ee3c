using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Mlops.Registry;

public static class RegistryServices
{
    /// <summary>The registry over whatever storage is registered. Importing models needs an <see cref="IModelInspector"/>.</summary>
    public static IServiceCollection AddRegistry(this IServiceCollection services)
    {
        services.TryAddSingleton<ModelStore>();
        services.TryAddSingleton<ModelFiles>();
        services.TryAddSingleton<ModelImport>();
        return services;
    }
}
