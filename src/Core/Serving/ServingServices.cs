using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Mlops.Serving;

public static class ServingServices
{
    /// <summary>Endpoints, the prediction log and feedback over whatever storage, registry and model loader are registered. Someone must run
    /// the router's <see cref="EndpointRouter.RunAsync"/> and the log's <see cref="PredictionLog.RunAsync"/>.</summary>
    public static IServiceCollection AddServing(this IServiceCollection services)
    {
        services.TryAddSingleton<EndpointStore>();
        services.TryAddSingleton<EndpointRouter>();
        services.TryAddSingleton(_ => new ServingMetrics());
        services.TryAddSingleton<PredictionLogOptions>();
        services.TryAddSingleton<LogInstance>();
        services.TryAddSingleton<PredictionLog>();
        services.TryAddSingleton<Predictor>();
        services.TryAddSingleton<ShadowMirror>();
        services.TryAddSingleton(new ServingOptions());
        services.TryAddEnumerable(
        [
            ServiceDescriptor.Singleton<IPredictionStep, TrimStep>(),
            ServiceDescriptor.Singleton<IPredictionStep, LowerCaseStep>(),
            ServiceDescriptor.Singleton<IPredictionStep, NonNegativeStep>(),
        ]);
        services.TryAddSingleton<PredictionSteps>();
        services.TryAddSingleton<PredictionLogReader>();
        services.TryAddSingleton<FeedbackStore>();
        services.TryAddSingleton<PredictionsWithFeedback>();
        services.TryAddSingleton<LivePerformance>();
        return services;
    }
}
