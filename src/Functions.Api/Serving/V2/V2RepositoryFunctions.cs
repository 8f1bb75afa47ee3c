using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Mlops.Http;
using Mlops.Serving;

namespace Mlops.Api.Serving.V2;

/// <summary>Which models are asked for.</summary>
/// <param name="Ready">Only those that answer.</param>
public sealed record V2RepositoryFilter(bool Ready = false);

/// <summary>How a model is doing in the process that answers.</summary>
/// <param name="Version">The version in memory; empty if there is none.</param>
/// <param name="State"><c>READY</c>, <c>LOADING</c> or <c>UNAVAILABLE</c>.</param>
/// <param name="Reason">What is wrong; empty if nothing is.</param>
public sealed record V2RepositoryModel(string Name, string Version, string State, string Reason);

/// <summary>A model that was loaded.</summary>
public sealed record V2Loaded(string Name, bool Load);

/// <summary>The protocol's model repository. What is in memory follows from the endpoints: loading warms one, and nothing unloads it.</summary>
public sealed class V2RepositoryFunctions(EndpointStore endpoints, EndpointRouter router)
{
    private const string ReadyState = "READY";

    [Function("V2RepositoryIndex")]
    public async Task<IResult> IndexAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "v2/repository/index")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        // Clients that want all mostly send nothing.
        var filter = request.ContentType is null
            ? new V2RepositoryFilter()
            : await Incoming.BodyAsync<V2RepositoryFilter>(request, cancellationToken);
        var tenant = request.Caller().Tenant;
        var all = await endpoints.AllAsync(tenant, cancellationToken);
        return TypedResults.Ok(all.Select(endpoint => Told(endpoint.Name, router.HealthOf(tenant, endpoint.Name)))
            .Where(model => !filter.Ready || model.State is ReadyState));
    }

    [Function("V2LoadModel")]
    public async Task<IResult> LoadAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "v2/repository/models/{name}/load")] HttpRequest request,
        string name,
        CancellationToken cancellationToken)
    {
        var endpoint = V2Route.Name(name);
        var outcome = await router.AcquireAsync(request, endpoint, null, cancellationToken);
        if (outcome is not RouteOutcome.Ready(var lease))
        {
            return V2Route.Refusal(request, outcome, endpoint, null);
        }

        lease.Dispose();
        return TypedResults.Ok(new V2Loaded(name, Load: true));
    }

    [Function("V2UnloadModel")]
    public async Task<IResult> UnloadAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "v2/repository/models/{name}/unload")] HttpRequest request,
        string name,
        CancellationToken cancellationToken)
    {
        var endpoint = V2Route.Name(name);
        return await endpoints.FindAsync(request.Caller().Tenant, endpoint, cancellationToken) is null
            ? request.Error(StatusCodes.Status404NotFound, EndpointRequests.NoEndpoint(name))
            : request.Error(
                StatusCodes.Status409Conflict,
                $"'{name}' is in memory as long as it is an endpoint; remove the endpoint, or have it serve another version.");
    }

    private static V2RepositoryModel Told(EndpointName name, EndpointHealth? health) => new(
        name.Value,
        health?.Version?.ToString(CultureInfo.InvariantCulture) ?? "",
        health?.Status switch
        {
            EndpointStatus.Ready or EndpointStatus.Degraded => ReadyState,
            EndpointStatus.Unavailable => "UNAVAILABLE",
            _ => "LOADING",
        },
        health?.Reason ?? "");
}
