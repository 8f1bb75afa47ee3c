using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Mlops.Storage;

public static class SqliteStorageServices
{
    /// <summary>Keeps rows and blobs in a folder on this machine, opened on first use.</summary>
    public static IServiceCollection AddSqliteStorage(this IServiceCollection services, string folder)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(provider => SqliteStorage.Open(folder, provider.GetRequiredService<TimeProvider>(), IdSource.Random));
        services.TryAddSingleton<ITableStore>(provider => provider.GetRequiredService<SqliteStorage>().Tables);
        services.TryAddSingleton<IBlobStore>(provider => provider.GetRequiredService<SqliteStorage>().Blobs);
        return services;
    }
}
