using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Microsoft.Azure.Functions.Worker.Builder;

/// <summary>Builds a function app; the app it builds cannot start, because the stand-in does not speak to the Functions host.</summary>
public class FunctionsApplicationBuilder : IHostApplicationBuilder, IFunctionsWorkerApplicationBuilder
{
    private readonly HostApplicationBuilder _host;

    internal FunctionsApplicationBuilder(string[]? args) => _host = new HostApplicationBuilder(args);

    public IDictionary<object, object> Properties => ((IHostApplicationBuilder)_host).Properties;

    public ConfigurationManager Configuration => _host.Configuration;

    IConfigurationManager IHostApplicationBuilder.Configuration => _host.Configuration;

    public IHostEnvironment Environment => _host.Environment;

    public ILoggingBuilder Logging => _host.Logging;

    public IMetricsBuilder Metrics => _host.Metrics;

    public IServiceCollection Services => _host.Services;

    public IHost Build()
    {
        _host.Services.Insert(0, ServiceDescriptor.Singleton<IHostedService, MissingFunctionsHost>());
        return _host.Build();
    }

    public void ConfigureContainer<TContainerBuilder>(
        IServiceProviderFactory<TContainerBuilder> factory, Action<TContainerBuilder>? configure = null)
        where TContainerBuilder : notnull =>
        _host.ConfigureContainer(factory, configure);

    public IFunctionsWorkerApplicationBuilder Use(Func<FunctionExecutionDelegate, FunctionExecutionDelegate> middleware) => this;

    private sealed class MissingFunctionsHost : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => throw new PlatformNotSupportedException(
            "This app was built against a stand-in for Microsoft.Azure.Functions.Worker, which cannot speak to the Azure Functions "
            + "host. Run it with `make up`, or build it where the package feed has the official package.");

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
