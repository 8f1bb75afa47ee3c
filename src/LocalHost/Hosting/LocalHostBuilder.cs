using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Mlops.LocalHost.Blobs;
using Mlops.LocalHost.Functions;
using Mlops.LocalHost.Http;
using Mlops.LocalHost.Logging;
using Mlops.LocalHost.Timers;

namespace Mlops.LocalHost.Hosting;

/// <summary>Puts function apps together into one process: HTTP functions on Kestrel, timers and drop folders beside them.</summary>
/// <remarks>
/// Storage (<c>ITableStore</c>) must be added to <see cref="Services"/> if any function is started by a timer or a blob. Each app
/// registers its services and middleware through the official <see cref="IFunctionsWorkerApplicationBuilder"/>, by the same method
/// that its own <c>Program.cs</c> calls.
/// </remarks>
public sealed partial class LocalHostBuilder
{
    /// <summary>The triggers that something in this process starts functions for; the durable ones are the durable engine's.</summary>
    private static readonly string[] Started = ["httpTrigger", "timerTrigger", "blobTrigger", "orchestrationTrigger", "activityTrigger"];

    private readonly WebApplicationBuilder _builder;
    private readonly List<FunctionApp> _apps = [];

    /// <param name="data">The folder to keep everything in; whoever took it disposes it when the host has ended.</param>
    /// <param name="configure">Adds the settings.</param>
    public LocalHostBuilder(DataFolder data, Action<IConfigurationBuilder> configure)
    {
        _builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions
        {
            ApplicationName = typeof(LocalHostBuilder).Assembly.GetName().Name,
            EnvironmentName = Environments.Development,
        });
        configure(_builder.Configuration);
        DataPath = data.Path;
        Services.AddSingleton(data);
        Services.AddSingleton(_ => new FunctionApps(_apps));
        Services.TryAddSingleton(TimeProvider.System);
        Services.AddRouting();
        _builder.Logging.AddHostLogging(Configuration);
    }

    public IServiceCollection Services => _builder.Services;

    public IConfiguration Configuration => _builder.Configuration;

    /// <summary>The full path of the data folder.</summary>
    public string DataPath { get; }

    /// <summary>Adds an app: reflection finds its functions, <paramref name="register"/> brings its services and middleware.</summary>
    public LocalHostBuilder AddApp(Assembly assembly, Action<IFunctionsWorkerApplicationBuilder> register) =>
        AddApp(assembly.GetTypes(), register);

    /// <summary>Adds the functions of some types as an app.</summary>
    public LocalHostBuilder AddApp(IReadOnlyList<Type> types, Action<IFunctionsWorkerApplicationBuilder> register)
    {
        var app = new FunctionApp(types, Services);
        register(app);
        _apps.Add(app);
        return this;
    }

    /// <exception cref="InvalidOperationException">The addresses are not loopback ones, or a function is misdeclared.</exception>
    public WebApplication Build()
    {
        ListenAtLoopbackOnly();
        var functions = new FunctionApps(_apps);
        if (functions.Functions.Any(hosted => FunctionInvoker.AwaitedResult(hosted.Function.Method).IsAssignableTo(typeof(IActionResult))))
        {
            Services.AddMvcCore();
        }

        AddIfAny<TimerTriggerAttribute, TimerFunctions>(functions);
        AddIfAny<BlobTriggerAttribute, BlobFunctions>(functions);
        var app = _builder.Build();
        app.UseRouting();
        app.UseMiddleware<HostProblems>();
        app.UseMiddleware<LoopbackCallers>();
        HttpFunctions.Map(app, functions, new SingletonServices(Services, app.Services));
        foreach (var (_, function) in functions.Functions.Where(hosted => !Started.Contains(hosted.Function.TriggerType)))
        {
            LogNotStarted(app.Logger, function.Name, function.TriggerType);
        }

        return app;
    }

    private void AddIfAny<TTrigger, TRunner>(FunctionApps functions)
        where TTrigger : Microsoft.Azure.Functions.Worker.Extensions.Abstractions.TriggerBindingAttribute
        where TRunner : class, IHostedService
    {
        if (functions.Of<TTrigger>().Any())
        {
            Services.AddHostedService<TRunner>();
        }
    }

    /// <remarks>These come last, so that no other setting of ASP.NET Core's opens another address.</remarks>
    private void ListenAtLoopbackOnly()
    {
        var urls = Configuration.Urls();
        if (HostAddresses.Refusal(urls) is { } refusal)
        {
            throw new InvalidOperationException(refusal);
        }

        _builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            [WebHostDefaults.ServerUrlsKey] = urls,
            [WebHostDefaults.HttpPortsKey] = null,
            [WebHostDefaults.HttpsPortsKey] = null,
        });

        // Straight to the thread pool: queues of their own before it would be one more hand-over, 6 % of what two cores answer.
        _builder.WebHost.UseKestrelCore().UseSockets(sockets => sockets.IOQueueCount = 0).ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = Configuration.MaxRequestBytes();
        });
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Function {Function} is never started here: the local host has no {Trigger}")]
    private static partial void LogNotStarted(ILogger logger, string function, string trigger);
}
