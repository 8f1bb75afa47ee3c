using System.Net;
using Microsoft.AspNetCore.Http;
using Mlops.Http;

namespace Mlops.LocalHost.Http;

/// <summary>Lets in only callers that mean this machine, since whoever reaches a host without authentication may do everything.</summary>
/// <remarks>
/// A loopback address keeps other machines out, not the pages in this machine's browser. A page elsewhere can have its own name
/// resolve to 127.0.0.1 (the Host header shows it) or post a form here (the Origin header shows it).
/// </remarks>
internal sealed class LoopbackCallers(RequestDelegate next)
{
    /// <summary>The host that was let in last: the next caller most often means the same.</summary>
    private volatile string? _known;

    public Task InvokeAsync(HttpContext http)
    {
        var request = http.Request;
        if (request.Host.Value is var host && host != _known)
        {
            if (!HostNames.IsLoopback(request.Host.Host))
            {
                return RefuseAsync(http, $"This host answers to localhost, not to '{request.Host.Host}'.");
            }

            _known = host;
        }

        return request.Headers.Origin is { Count: > 0 } origin && !IsLoopback(origin.ToString())
            ? RefuseAsync(http, $"Pages of '{origin}' may not call this host.")
            : next(http);
    }

    private static Task RefuseAsync(HttpContext http, string detail) =>
        http.Request.Error(StatusCodes.Status403Forbidden, detail).ExecuteAsync(http);

    private static bool IsLoopback(string origin) => Uri.TryCreate(origin, UriKind.Absolute, out var uri) && HostNames.IsLoopback(uri.Host);
}

/// <summary>Names of hosts, as they stand in addresses and headers.</summary>
internal static class HostNames
{
    public static bool IsLoopback(string name) => IPAddress.TryParse(name.Trim('[', ']'), out var ip)
        ? IPAddress.IsLoopback(ip)
        : string.Equals(name, "localhost", StringComparison.OrdinalIgnoreCase);
}
