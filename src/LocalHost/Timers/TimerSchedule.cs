using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Mlops.LocalHost.Timers;

/// <summary>When a timer function runs: an NCRONTAB expression, or a time span between runs.</summary>
public abstract record TimerSchedule
{
    /// <summary>The Functions host keeps no record of timers that run more often than this; a missed run is soon made good.</summary>
    private static readonly TimeSpan LeastMonitored = TimeSpan.FromMinutes(1);

    private TimerSchedule() { }

    /// <summary>The first run after an instant; null if there is none.</summary>
    public abstract DateTimeOffset? Next(DateTimeOffset after);

    /// <summary>Whether its runs lie so far apart that a missed one is made good at the next start.</summary>
    public bool IsWorthMonitoring(DateTimeOffset now) =>
        Next(now) is { } first && (Next(first) is not { } second || second - first >= LeastMonitored);

    /// <summary>Reads <c>0 */5 * * * *</c> or <c>00:05:00</c>.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out TimerSchedule? schedule)
    {
        schedule = null;
        if (Ncrontab.TryParse(text, out var expression))
        {
            schedule = new Cron(expression);
        }
        else if (TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var interval) && interval > TimeSpan.Zero)
        {
            schedule = new Every(interval);
        }

        return schedule is not null;
    }

    private sealed record Cron(Ncrontab Expression) : TimerSchedule
    {
        public override DateTimeOffset? Next(DateTimeOffset after) => Expression.Next(after);
    }

    private sealed record Every(TimeSpan Interval) : TimerSchedule
    {
        public override DateTimeOffset? Next(DateTimeOffset after) => after + Interval;
    }
}
