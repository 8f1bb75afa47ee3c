using Mlops.LocalHost.Hosting;
using Mlops.Storage;

return await HostStart.RunAsync(args, host =>
{
    host.Services.AddSqliteStorage(host.DataPath);
});
