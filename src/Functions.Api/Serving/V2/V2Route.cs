using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Mlops.Http;
using Mlops.Serving;

namespace Mlops.Api.Serving.V2;

/// <summary>The protocol's models, which are endpoints here.</summary>
internal static class V2Route
{
    /// <exception cref="ProblemException">404: nothing can have such a name.</exception>
    public static EndpointName Name(string text) => EndpointName.TryParse(text, CultureInfo.InvariantCulture, out var name)
        ? name
        : throw new ProblemException(StatusCodes.Status404NotFound, EndpointRequests.NoEndpoint(text), []);

    /// <summary>A lease of what answers for an endpoint, or of a version of its model.</summary>
    public static ValueTask<RouteOutcome> AcquireAsync(
        this EndpointRouter router, HttpRequest request, EndpointName endpoint, int? version, CancellationToken cancellationToken) =>
        version is { } number
            ? router.AcquireAsync(request.Caller().Tenant, endpoint, number, cancellationToken)
            : router.AcquireAsync(request.Caller().Tenant, endpoint, cancellationToken);

    /// <summary>Answers that there is no lease.</summary>
    public static IResult Refusal(HttpRequest request, RouteOutcome outcome, EndpointName endpoint, int? version)
    {
        switch (outcome)
        {
            case RouteOutcome.UnknownEndpoint:
                return request.Error(StatusCodes.Status404NotFound, EndpointRequests.NoEndpoint(endpoint.Value));
            case RouteOutcome.UnknownVersion:
                return request.Error(StatusCodes.Status404NotFound, $"The model of endpoint '{endpoint}' has no version {version}.");
            case RouteOutcome.Unavailable(var reason):
                request.HttpContext.Response.Headers.RetryAfter = "1";
                return request.Error(StatusCodes.Status503ServiceUnavailable, reason);
            default:
                throw new UnreachableException();
        }
    }
}
