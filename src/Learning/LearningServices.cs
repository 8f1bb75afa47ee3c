using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Mlops.Training;

namespace Mlops.Learning;

public static class LearningServices
{
    /// <summary>Registers the built-in learners, and the <see cref="LearnerCatalog"/> of all that are registered.</summary>
    public static IServiceCollection AddLearning(this IServiceCollection services)
    {
        services.TryAddEnumerable(ServiceDescriptor.Singleton<ILearner, Baseline>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<ILearner, LogisticRegression>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<ILearner, RidgeRegression>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<ILearner, ElasticNet>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<ILearner, PoissonRegression>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<ILearner, GradientBoosting>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<ILearner, MlNetFastTree>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<ILearner, MlNetLightGbm>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<ILearner, MlNetSdca>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<ILearner, NaiveBayes>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<ILearner, RandomForest>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<ILearner, ExtraTrees>());
        services.TryAddSingleton<LearnerCatalog>();
        return services;
    }
}
