using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Mlops.LocalHost.Functions;
using Mlops.LocalHost.Hosting;
using Mlops.Storage;

namespace Mlops.LocalHost.Timers;

/// <summary>Runs every timer function of the host, each in a loop of its own.</summary>
internal sealed class TimerFunctions(
    FunctionApps apps,
    ITableStore tables,
    IConfiguration configuration,
    IServiceScopeFactory scopes,
    TimeProvider time,
    ILogger<FunctionTimer> logger) : BackgroundService
{
    private readonly IReadOnlyList<FunctionTimer> _timers =
    [
        .. apps.Of<TimerTriggerAttribute>()
            .Select(hosted => Prepare(hosted.App, hosted.Function, tables, configuration, scopes, time, logger)),
    ];

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(_timers.Select(timer => timer.RunAsync(stoppingToken)));

    private static FunctionTimer Prepare(
        FunctionApp app,
        FunctionMethod function,
        ITableStore tables,
        IConfiguration configuration,
        IServiceScopeFactory scopes,
        TimeProvider time,
        ILogger<FunctionTimer> logger)
    {
        var declared = ((TimerTriggerAttribute)function.Trigger).Schedule;
        var text = Settings.Resolve(declared, configuration)
            ?? throw function.Misdeclared($"has the schedule '{declared}', and there is no such setting");
        if (!TimerSchedule.TryParse(text, out var schedule))
        {
            throw function.Misdeclared($"has the schedule '{text}', which is neither NCRONTAB (0 */5 * * * *) nor a time span (00:05:00)");
        }

        var runnable = new RunnableFunction(app, function, [typeof(TimerInfo)], []);
        return new FunctionTimer(runnable, text, schedule, new TimerRecords(tables), scopes, time, logger);
    }
}
