using System.Diagnostics;
using Microsoft.AspNetCore.Http;

namespace Mlops.Http.Telemetry;

/// <summary>The trace of a request that no listener has begun already.</summary>
public static class RequestTrace
{
    private static readonly DistributedContextPropagator.PropagatorGetterCallback Header = ReadHeader;

    /// <summary>Begins a trace, or carries on the caller's; disposing the result ends it.</summary>
    /// <returns>Null if the request has one already.</returns>
    public static Activity? BeginUnlessBegun(HttpRequest request)
    {
        if (Activity.Current is not null)
        {
            return null;
        }

        var activity = new Activity("request");
        DistributedContextPropagator.Current.ExtractTraceIdAndState(request.Headers, Header, out var parent, out var state);
        if (parent is not null)
        {
            activity.SetParentId(parent);
            activity.TraceStateString = state;
        }

        return activity.Start();
    }

    /// <summary>Whether the caller says which trace the request belongs to.</summary>
    public static bool IsAskedFor(HttpRequest request) => request.Headers.TraceParent.Count > 0;

    private static void ReadHeader(object? carrier, string name, out string? value, out IEnumerable<string>? values) =>
        (value, values) = (((IHeaderDictionary?)carrier)?[name], null);
}

/// <summary>Marks a function whose requests are traced only when the caller, a listener or a failure asks for it.</summary>
/// <remarks>For what answers within microseconds, of which the trace would be a notable part. Without a trace there is no <c>x-request-id</c>.</remarks>
[AttributeUsage(AttributeTargets.Method)]
public sealed class TracedOnDemandAttribute : Attribute;
