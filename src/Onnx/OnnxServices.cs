using Microsoft.Extensions.DependencyInjection;
using Mlops.Explanations;
using Mlops.Serving;

namespace Mlops.Onnx;

public static class OnnxServices
{
    /// <summary>Registers the loaders of ONNX models and of what explains them.</summary>
    public static IServiceCollection AddOnnx(this IServiceCollection services)
    {
        var models = new OnnxModelLoader(OnnxLimits.Default);
        return services
            .AddSingleton<IModelLoader>(models)
            .AddSingleton<IExplainerLoader>(new OnnxExplainerLoader(models, OnnxLimits.Default));
    }
}
