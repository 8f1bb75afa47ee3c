using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Mlops.Explanations;
using Mlops.Registry;
using Mlops.Serving;

namespace Mlops.Onnx;

public static class OnnxServices
{
    /// <summary>Registers the loaders of ONNX models and of what explains them, and what inspects models made elsewhere.</summary>
    public static IServiceCollection AddOnnx(this IServiceCollection services)
    {
        services.TryAddSingleton(OnnxLimits.Default);
        services.TryAddSingleton<OnnxModelLoader>();
        return services
            .AddSingleton<IModelLoader>(provider => provider.GetRequiredService<OnnxModelLoader>())
            .AddSingleton<IModelInspector, OnnxModelInspector>()
            .AddSingleton<IExplainerLoader, OnnxExplainerLoader>();
    }
}
