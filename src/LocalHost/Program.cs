using Mlops.Api;
using Mlops.LocalHost.Durable;
using Mlops.LocalHost.Hosting;
using Mlops.Pipelines;
using Mlops.Storage;

return await HostStart.RunAsync(args, host =>
{
    host.Services.AddSqliteStorage(host.DataPath);
    host.Services.AddDurableEngine(_ => { }, typeof(PipelinesApp).Assembly);
    host.AddApp(typeof(ApiApp).Assembly, app => app.AddApi());
    host.AddApp(typeof(PipelinesApp).Assembly, app => app.AddPipelines());
});
