using Mlops.Api;
using Mlops.Api.Serving;
using Mlops.Http.Telemetry;
using Mlops.LocalHost.Durable;
using Mlops.LocalHost.Hosting;
using Mlops.Pipelines;
using Mlops.Storage;

namespace Mlops.LocalHost;

/// <summary>The platform on one machine: both function apps, on the embedded storage and the embedded durable engine.</summary>
public static class PlatformApps
{
    public static void Compose(LocalHostBuilder host)
    {
        var (api, pipelines) = (typeof(ApiApp).Assembly, typeof(PipelinesApp).Assembly);
        host.Services.AddSqliteStorage(host.DataPath);
        host.Services.AddDurableEngine(_ => { }, api, pipelines);
        host.Services.AddOtlpExport(host.Configuration, "mlops");
        host.Services.AddRootEndpoint(host.Configuration);
        host.AddApp(api, app => app.AddApi());
        host.AddApp(pipelines, app => app.AddPipelines());
    }
}
