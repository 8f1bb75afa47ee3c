using Mlops.LocalHost;
using Mlops.LocalHost.Hosting;

return await HostStart.RunAsync(args, PlatformApps.Compose);
