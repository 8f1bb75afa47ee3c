using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Mlops.LocalHost.Functions;
using Mlops.LocalHost.Hosting;
using Mlops.Storage;

namespace Mlops.LocalHost.Blobs;

/// <summary>Runs every blob function of the host on the drop folder of its container, <c>{data}/drop/{container}</c>.</summary>
internal sealed class BlobFunctions : BackgroundService
{
    /// <summary>The token that holds the blob's whole path, container first.</summary>
    public const string PathToken = "BlobTrigger";

    private readonly IReadOnlyList<BlobWatch> _watches;

    /// <exception cref="InvalidOperationException">A function's path is no blob path, or two functions watch one container.</exception>
    public BlobFunctions(
        FunctionApps apps,
        DataFolder data,
        ITableStore tables,
        IConfiguration configuration,
        IServiceScopeFactory scopes,
        TimeProvider time,
        ILogger<BlobWatch> logger)
    {
        var watched = new Dictionary<string, FunctionMethod>(StringComparer.Ordinal);
        var watches = new List<BlobWatch>();
        foreach (var (app, function) in apps.Of<BlobTriggerAttribute>())
        {
            var pattern = Pattern(function, configuration);
            if (!watched.TryAdd(pattern.Container, function))
            {
                var other = watched[pattern.Container].Name;
                throw function.Misdeclared($"watches the container '{pattern.Container}', which {other} has already");
            }

            var runnable = new RunnableFunction(app, function, BlobContent.Types, [.. pattern.Tokens, PathToken]);
            var folder = new DropFolder(Path.Combine(data.Path, "drop", pattern.Container));
            watches.Add(new BlobWatch(runnable, pattern, folder, new DropRecords(tables, pattern.Container), scopes, time, logger));
        }

        _watches = watches;
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(_watches.Select(watch => watch.RunAsync(stoppingToken)));

    private static BlobPattern Pattern(FunctionMethod function, IConfiguration configuration)
    {
        var declared = ((BlobTriggerAttribute)function.Trigger).BlobPath;
        return Settings.Resolve(declared, configuration) is { } path && BlobPattern.TryParse(path, out var pattern)
            ? pattern
            : throw function.Misdeclared($"watches '{declared}', which is no path of a container and a pattern (uploads/{{name}})");
    }
}
