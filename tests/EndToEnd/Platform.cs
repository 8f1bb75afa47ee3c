using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Mlops.LocalHost;
using Mlops.LocalHost.Hosting;

namespace Mlops.EndToEnd;

/// <summary>The whole platform as its own program composes it, on a free port, in a folder of its own.</summary>
internal sealed class Platform : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private readonly DataFolder _data;
    private readonly ErrorLog _errors = new();
    private readonly RequestCount _requests = new();
    private readonly WebApplication _app;

    private Platform()
    {
        _data = Assert.IsType<DataFolderOutcome.Taken>(DataFolder.Take(_folder.Path)).Folder;
        var host = new LocalHostBuilder(
            _data, configuration => configuration.AddInMemoryCollection([new("MLOPS_URLS", "http://127.0.0.1:0")]));
        PlatformApps.Compose(host);
        host.Services.RemoveAll<ILoggerProvider>();
        host.Services.AddSingleton<ILoggerProvider>(_errors);
        host.Services.AddSingleton<IStartupFilter>(_requests);
        _app = host.Build();
    }

    public Uri Address => new(_app.Urls.Single());

    public HttpClient Client { get; } = new();

    /// <summary>What was logged as an error so far, exceptions and all.</summary>
    public IReadOnlyCollection<string> Errors => _errors.Entries;

    /// <summary>How many requests are being answered now.</summary>
    public int RequestsUnderWay => _requests.UnderWay;

    public static async Task<Platform> StartAsync()
    {
        var platform = new Platform();
        await platform._app.StartAsync();
        platform.Client.BaseAddress = platform.Address;
        return platform;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        _data.Dispose();
        _folder.Dispose();
    }
}
