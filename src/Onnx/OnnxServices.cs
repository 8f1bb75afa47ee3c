using Microsoft.Extensions.DependencyInjection;
using Mlops.Serving;

namespace Mlops.Onnx;

public static class OnnxServices
{
    /// <summary>Registers the loader of ONNX models.</summary>
    public static IServiceCollection AddOnnx(this IServiceCollection services) =>
        services.AddSingleton<IModelLoader>(new OnnxModelLoader(OnnxLimits.Default));
}
