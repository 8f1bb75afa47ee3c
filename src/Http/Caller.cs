using Microsoft.AspNetCore.Http;

namespace Mlops.Http;

/// <summary>Who is asking, and for which tenant.</summary>
/// <param name="Name">The name that history and audit entries carry.</param>
public sealed record Caller(TenantId Tenant, string Name)
{
    /// <summary>Everyone on a loopback development host, which is the only kind that starts without authentication.</summary>
    public static readonly Caller Developer = new(TenantId.Default, "developer");
}

public static class CallerOfRequest
{
    /// <summary>The caller that authentication established, or the developer where there is none to do.</summary>
    public static Caller Caller(this HttpRequest request) =>
        request.HttpContext.Features.Get<Caller>() ?? Http.Caller.Developer;
}
