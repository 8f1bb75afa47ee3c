using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Mlops.LocalHost.Functions;

namespace Mlops.LocalHost.Logging;

/// <summary>One thing that was logged, with the trace and the function during which it was.</summary>
/// <param name="Fields">The message's named values.</param>
internal sealed record LogEntry(
    DateTimeOffset Timestamp,
    LogLevel Level,
    string Category,
    string Message,
    string? TraceId,
    string? Function,
    IReadOnlyList<KeyValuePair<string, object?>> Fields,
    Exception? Exception)
{
    /// <summary>The function of an activity or of the nearest one around it.</summary>
    public static string? FunctionOf(Activity? activity)
    {
        for (; activity is not null; activity = activity.Parent)
        {
            if (activity.GetTagItem(RunnableFunction.NameTag) is string name)
            {
                return name;
            }
        }

        return null;
    }
}
