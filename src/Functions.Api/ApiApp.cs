using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Mlops.AbTesting;
using Mlops.Api.Serving;
using Mlops.Data;
using Mlops.Http;
using Mlops.Http.Telemetry;
using Mlops.Onnx;
using Mlops.Registry;
using Mlops.Serving;
using Mlops.Tracking;

namespace Mlops.Api;

/// <summary>What the HTTP app is made of, but for storage, which the host chooses.</summary>
public static class ApiApp
{
    public static IFunctionsWorkerApplicationBuilder AddApi(this IFunctionsWorkerApplicationBuilder app)
    {
        app.UseMiddleware<ProblemDetailsMiddleware>();
        app.Services.TryAddSingleton(TimeProvider.System);
        app.Services.TryAddSingleton(IdSource.Random);
        app.Services.AddHttpEdge().AddTracking().AddData().AddRegistry().AddOnnx().AddServing().AddAbTesting()
            .AddMetricsPage();
        app.Services.AddServingEdge();
        app.Services.AddHostedService<EndpointRefresh>();
        app.Services.AddHostedService<PredictionLogging>();
        return app;
    }
}
