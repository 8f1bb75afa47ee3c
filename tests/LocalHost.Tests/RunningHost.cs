using Microsoft.AspNetCore.Builder;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Mlops.LocalHost.Hosting;
using Mlops.LocalHost.Logging;
using Mlops.Storage;

namespace Mlops.LocalHost;

/// <summary>A real host on a free port with some functions, in a folder of its own.</summary>
internal sealed class RunningHost : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private readonly DataFolder _data;
    private readonly MemoryStream _log = new();
    private readonly WebApplication _app;

    private RunningHost(
        IReadOnlyList<Type> functions, Action<IFunctionsWorkerApplicationBuilder> register, IReadOnlyDictionary<string, string?> settings)
    {
        _data = Assert.IsType<DataFolderOutcome.Taken>(DataFolder.Take(_folder.Path)).Folder;
        var builder = new LocalHostBuilder(
            _data, configuration => configuration.AddInMemoryCollection([new("MLOPS_URLS", "http://127.0.0.1:0"), .. settings]));
        builder.Services.AddSqliteStorage(builder.DataPath);
        builder.Services.RemoveAll<ILoggerProvider>();
        builder.Services.AddSingleton<ILoggerProvider>(new LineLoggerProvider(_log, JsonLine.Write, TimeProvider.System));
        _app = builder.AddApp(functions, register).Build();
    }

    public HttpClient Client { get; private set; } = new();

    public string DropFolder => Path.Combine(_folder.Path, "drop");

    /// <summary>Everything logged so far, a JSON document per line.</summary>
    public string Log => System.Text.Encoding.UTF8.GetString(_log.ToArray());

    public static async Task<RunningHost> StartAsync(
        IReadOnlyList<Type> functions,
        Action<IFunctionsWorkerApplicationBuilder>? register = null,
        IReadOnlyDictionary<string, string?>? settings = null)
    {
        var host = new RunningHost(functions, register ?? (_ => { }), settings ?? new Dictionary<string, string?>());
        await host._app.StartAsync();
        host.Client.BaseAddress = new Uri(host._app.Urls.Single());
        return host;
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
