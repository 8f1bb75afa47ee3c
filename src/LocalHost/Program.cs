using Mlops.Api;
using Mlops.LocalHost.Durable;
using Mlops.LocalHost.Hosting;
using Mlops.Pipelines;
using Mlops.Storage;

return await HostStart.RunAsync(args, host =>
{
    var (api, pipelines) = (typeof(ApiApp).Assembly, typeof(PipelinesApp).Assembly);
    host.Services.AddSqliteStorage(host.DataPath);
    host.Services.AddDurableEngine(_ => { }, api, pipelines);
    host.AddApp(api, app => app.AddApi());
    host.AddApp(pipelines, app => app.AddPipelines());
});
