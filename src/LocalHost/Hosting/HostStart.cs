using System.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Mlops.LocalHost.Hosting;

/// <summary>Starts the host from the command line and runs it until it is told to stop.</summary>
public static partial class HostStart
{
    /// <summary>The exit code when the settings do not allow a start; the reason goes to standard error.</summary>
    public const int Refused = 2;

    /// <param name="args">The command line: <c>--urls</c>, <c>--data</c>, <c>--Any:Setting</c>.</param>
    /// <param name="compose">Adds storage, the durable engine and the apps.</param>
    /// <returns>The process's exit code.</returns>
    public static async Task<int> RunAsync(string[] args, Action<LocalHostBuilder> compose)
    {
        var started = Process.GetCurrentProcess().StartTime;
        var settings = new ConfigurationBuilder();
        try
        {
            HostConfiguration.Add(settings, args, Path.GetFullPath("local.settings.json"));
        }
        catch (Exception fault) when (fault is InvalidDataException or FormatException)
        {
            return await RefuseAsync(fault.Message);
        }

        var configuration = settings.Build();
        if (HostAddresses.Refusal(configuration.Urls()) is { } reason)
        {
            return await RefuseAsync(reason);
        }

        return DataFolder.Take(configuration.DataFolder()) switch
        {
            DataFolderOutcome.Taken(var folder) => await RunAsync(folder, configuration, compose, started),
            DataFolderOutcome.Refused(var why) => await RefuseAsync(why),
            _ => throw new UnreachableException(),
        };
    }

    private static async Task<int> RunAsync(
        DataFolder data, IConfiguration configuration, Action<LocalHostBuilder> compose, DateTime started)
    {
        using (data)
        {
            var builder = new LocalHostBuilder(data, settings => settings.AddConfiguration(configuration));
            compose(builder);
            await using var app = builder.Build();
            try
            {
                await app.StartAsync();
            }
            catch (IOException failure)
            {
                // Kestrel's message names the address that is in use.
                return await RefuseAsync(failure.Message);
            }

            var age = TimeProvider.System.GetLocalNow().LocalDateTime - started;
            LogReady(app.Logger, string.Join(' ', app.Urls), data.Path, (int)age.TotalMilliseconds);
            await app.WaitForShutdownAsync();
            return 0;
        }
    }

    private static async Task<int> RefuseAsync(string reason)
    {
        await Console.Error.WriteLineAsync(reason);
        return Refused;
    }

    [LoggerMessage(
        Level = LogLevel.Information, Message = "Ready at {Urls} after {Milliseconds} ms; data in {DataFolder}. Ctrl+C stops it.")]
    private static partial void LogReady(ILogger logger, string urls, string dataFolder, int milliseconds);
}
