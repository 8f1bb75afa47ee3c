using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Mlops.AbTesting;

public static class AbTestingServices
{
    /// <summary>A/B tests, bandits and off-policy estimates over whatever serving is registered.</summary>
    public static IServiceCollection AddAbTesting(this IServiceCollection services)
    {
        services.TryAddSingleton<AbTestStore>();
        services.TryAddSingleton<AbTestStart>();
        services.TryAddSingleton<AbTestEnd>();
        services.TryAddSingleton<AbTestAnalysis>();
        services.TryAddSingleton<BanditLearning>();
        services.TryAddSingleton<LoggedPolicyValue>();
        return services;
    }
}
