using System.Reflection;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Mlops.Storage;

namespace Mlops.LocalHost.Durable;

public static class DurableServices
{
    /// <summary>Runs the orchestrators and activities of these assemblies in this process, on the registered table store.</summary>
    public static IServiceCollection AddDurableEngine(
        this IServiceCollection services, Action<DurableOptions> configure, params Assembly[] assemblies)
    {
        var options = new DurableOptions();
        configure(options);
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(IdSource.Random);
        services.AddSingleton(options);
        services.AddSingleton(_ => DurableFunctions.Find(assemblies));
        services.AddSingleton(provider =>
        {
            var functions = provider.GetRequiredService<DurableFunctions>();
            return new DurableEngine(
                provider.GetRequiredService<ITableStore>(),
                provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<IdSource>(),
                provider.GetRequiredService<ILoggerFactory>(),
                options,
                functions.Orchestrators,
                functions.Activities(provider.GetRequiredService<IServiceScopeFactory>()));
        });
        services.AddHostedService(provider => provider.GetRequiredService<DurableEngine>());
        return services.AddSingleton<DurableTaskClient, EmbeddedDurableClient>();
    }
}
