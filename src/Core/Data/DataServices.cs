using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Mlops.Data;

public static class DataServices
{
    /// <summary>Data sets over whatever storage is registered; register <see cref="DatasetLimits"/> before to have other ones.</summary>
    public static IServiceCollection AddData(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(IdSource.Random);
        services.TryAddSingleton(DatasetLimits.Default);
        services.TryAddSingleton<DatasetStore>();
        services.TryAddSingleton<ExpectationStore>();
        services.TryAddSingleton<DatasetValidation>();
        return services;
    }
}
