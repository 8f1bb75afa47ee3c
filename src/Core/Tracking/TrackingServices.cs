using Microsoft.Extensions.DependencyInjection;

namespace Mlops.Tracking;

public static class TrackingServices
{
    /// <summary>Experiments, runs and artifacts over whatever storage is registered.</summary>
    public static IServiceCollection AddTracking(this IServiceCollection services) => services
        .AddSingleton<ExperimentStore>()
        .AddSingleton<RunStore>()
        .AddSingleton<ArtifactStore>();
}
