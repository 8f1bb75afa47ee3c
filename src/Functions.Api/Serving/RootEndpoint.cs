using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Mlops.Api.Operations;
using Mlops.Http;
using Mlops.Serving;

namespace Mlops.Api.Serving;

/// <summary>Which endpoint answers where a protocol's path names none.</summary>
/// <param name="Name">The endpoint of every tenant that has one of this name; absent: the only one.</param>
public sealed record RootEndpointOptions(EndpointName? Name = null)
{
    public const string Setting = "MLOPS_ENDPOINT";
}

public static class ServingEdgeServices
{
    /// <summary>What the functions that serve predictions share.</summary>
    public static IServiceCollection AddServingEdge(this IServiceCollection services)
    {
        services.TryAddSingleton<PredictionEdge>();
        services.TryAddSingleton<ExplanationEdge>();
        services.TryAddSingleton<RootEndpoint>();
        services.TryAddSingleton<Readiness>();
        services.TryAddSingleton(new RootEndpointOptions());
        return services;
    }

    /// <summary>Takes the endpoint's name from the setting <see cref="RootEndpointOptions.Setting"/>.</summary>
    /// <exception cref="FormatException">The setting is no endpoint's name.</exception>
    public static IServiceCollection AddRootEndpoint(this IServiceCollection services, IConfiguration configuration)
    {
        if (configuration[RootEndpointOptions.Setting] is { Length: > 0 } name)
        {
            services.TryAddSingleton(new RootEndpointOptions(EndpointName.Parse(name)));
        }

        return services;
    }
}

/// <summary>Chooses the endpoint of requests to <c>/invocations</c> and <c>/predict</c>.</summary>
public sealed class RootEndpoint(EndpointRouter router, RootEndpointOptions options)
{
    /// <summary>The header by which a request names its endpoint.</summary>
    public const string Header = "x-mlops-endpoint";

    /// <summary>The endpoint that the header names, else the setting, else the tenant's only one.</summary>
    /// <exception cref="ProblemException">400: the header is no endpoint's name, or there are several to choose from; 404: there is
    /// none.</exception>
    internal async ValueTask<EndpointName> ChooseAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.Headers.TryGetValue(Header, out var named))
        {
            return EndpointRequests.Name(named.ToString(), Header);
        }

        if (options.Name is { } configured)
        {
            return configured;
        }

        return await router.NamesAsync(request.Caller().Tenant, cancellationToken) switch
        {
            [var only] => only,
            [] => throw new ProblemException(StatusCodes.Status404NotFound, "There is no endpoint yet; create one at /api/v1/endpoints.", []),
            _ => throw new ProblemException(
                StatusCodes.Status400BadRequest,
                new FieldError(Header, $"expected the name of an endpoint, since there are several and {RootEndpointOptions.Setting} names none")),
        };
    }
}
