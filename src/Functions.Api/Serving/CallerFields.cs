using Microsoft.AspNetCore.Http;
using Mlops.Serving;

namespace Mlops.Api.Serving;

/// <summary>The headers and cookies of a request.</summary>
internal sealed class CallerFields(HttpRequest request) : ICallerFields
{
    public string? Header(string name) => request.Headers.TryGetValue(name, out var values) ? values.ToString() : null;

    public string? Cookie(string name) => request.Cookies[name];
}
