using System.Diagnostics;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Mlops.LocalHost.Functions;

namespace Mlops.LocalHost.Timers;

/// <summary>Runs one timer function on its schedule, one run at a time.</summary>
/// <remarks>
/// An occurrence that falls into a run is left out, as in the Functions host. An occurrence missed while the host was down runs
/// once at the start, marked past due. A run that fails is logged; the next comes as planned. A run cut short by a kill counts as
/// missed, so that a function must bear being run twice.
/// </remarks>
internal sealed partial class FunctionTimer(
    RunnableFunction function,
    string scheduleText,
    TimerSchedule schedule,
    TimerRecords records,
    IServiceScopeFactory scopes,
    TimeProvider time,
    ILogger<FunctionTimer> logger)
{
    /// <summary>Timers of the framework cannot wait for longer than 49 days, and clocks are set.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);

    private readonly TimerTriggerAttribute _trigger = (TimerTriggerAttribute)function.Method.Trigger;

    /// <summary>Runs until cancelled, or until the schedule has no further occurrence.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var isMonitored = _trigger.UseMonitor && schedule.IsWorthMonitoring(now);
        var record = isMonitored ? await records.FindAsync(function.Name, cancellationToken) : null;
        var last = record?.Last;
        var missed = record is not null && Expected(record) <= now;
        if (missed || _trigger.RunOnStartup)
        {
            await RunOnceAsync(missed, last, cancellationToken);
            last = now;
        }

        while (schedule.Next(time.GetUtcNow()) is { } next)
        {
            if (isMonitored)
            {
                await records.WriteAsync(function.Name, new(scheduleText, next, time.GetUtcNow(), last), cancellationToken);
            }

            await UntilAsync(next, cancellationToken);
            await RunOnceAsync(isPastDue: false, last, cancellationToken);
            last = next;
        }
    }

    /// <summary>When it should have run next: by today's schedule if that was changed since.</summary>
    private DateTimeOffset? Expected(TimerRecord record) =>
        record.Schedule == scheduleText ? record.Next : schedule.Next(record.Last ?? record.LastUpdated);

    private async Task UntilAsync(DateTimeOffset due, CancellationToken cancellationToken)
    {
        while (due - time.GetUtcNow() is { Ticks: > 0 } rest)
        {
            await Task.Delay(rest < LongestWait ? rest : LongestWait, time, cancellationToken);
        }
    }

    private async Task RunOnceAsync(bool isPastDue, DateTimeOffset? last, CancellationToken cancellationToken)
    {
        using var activity = new Activity(function.Name).Start();
        await using var scope = scopes.CreateAsyncScope();
        var context = new HostFunctionContext(
            function.Definition,
            scope.ServiceProvider,
            Info(isPastDue, last),
            HostFunctionContext.NoTokens,
            Invocation.Attempt.Only,
            cancellationToken);
        try
        {
            await function.RunAsync(context);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            LogFailed(failure, function.Name);
        }
    }

    private TimerInfo Info(bool isPastDue, DateTimeOffset? last)
    {
        var now = time.GetUtcNow();
        return new TimerInfo
        {
            IsPastDue = isPastDue,
            ScheduleStatus = new ScheduleStatus
            {
                Last = last?.UtcDateTime ?? default,
                Next = schedule.Next(now)?.UtcDateTime ?? default,
                LastUpdated = now.UtcDateTime,
            },
        };
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Timer {Function} failed; it runs again at its next time")]
    private partial void LogFailed(Exception failure, string function);
}
