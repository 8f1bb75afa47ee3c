using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Azure.Functions.Worker;
using Mlops.Http;
using Mlops.Registry;

namespace Mlops.Api.Registry;

/// <summary>The aliases of a registered model.</summary>
public sealed class ModelAliasFunctions(ModelStore models)
{
    /// <summary>What an alias names, or with <c>?asOf=</c> what it named at that instant.</summary>
    [Function("GetModelAlias")]
    public async Task<Results<Ok<AliasAssignment>, ProblemHttpResult>> GetAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/v1/models/{name}/aliases/{alias}")] HttpRequest request,
        string name,
        string alias,
        CancellationToken cancellationToken)
    {
        var (tenant, model, wanted) = (request.Caller().Tenant, RegistryRoute.Model(name), RegistryRoute.Alias(alias));
        if (request.Query["asOf"] is { Count: > 0 } asOf)
        {
            return await models.AliasAsOfAsync(tenant, model, wanted, RegistryRoute.Instant(asOf, "asOf"), cancellationToken) is { } past
                ? TypedResults.Ok(past)
                : Problems.NotFound($"'{name}' had no alias '{alias}' then.");
        }

        if (await models.FindAliasAsync(tenant, model, wanted, cancellationToken) is not { } assignment)
        {
            return Problems.NotFound($"'{name}' has no alias '{alias}'.");
        }

        request.SetETag(assignment.ETag);
        return TypedResults.Ok(assignment);
    }

    [Function("SetModelAlias")]
    public async Task<Results<Ok<AliasAssignment>, ProblemHttpResult>> SetAsync(
        [HttpTrigger(AuthorizationLevel.Function, "put", Route = "api/v1/models/{name}/aliases/{alias}")] HttpRequest request,
        string name,
        string alias,
        CancellationToken cancellationToken)
    {
        var (model, wanted) = (RegistryRoute.Model(name), RegistryRoute.Alias(alias));
        var change = await Incoming.BodyAsync<AliasChange>(request, cancellationToken);
        var caller = request.Caller();
        var outcome = await models.SetAliasAsync(
            caller.Tenant, model, wanted, change.Version, caller.Name, request.IfMatch(), cancellationToken);
        switch (outcome)
        {
            case AliasOutcome.Set(var assignment):
                request.SetETag(assignment.ETag);
                return TypedResults.Ok(assignment);
            case AliasOutcome.UnknownModel:
                return Problems.NotFound(RegistryRoute.NoModel(name));
            case AliasOutcome.UnknownVersion:
                return Problems.NotFound(RegistryRoute.NoVersion(name, change.Version));
            case AliasOutcome.Stale:
                return Problems.Stale($"Alias '{alias}' of '{name}' has changed since.");
            default:
                throw new UnreachableException();
        }
    }

    [Function("RemoveModelAlias")]
    public async Task<Results<NoContent, ProblemHttpResult>> RemoveAsync(
        [HttpTrigger(AuthorizationLevel.Function, "delete", Route = "api/v1/models/{name}/aliases/{alias}")] HttpRequest request,
        string name,
        string alias,
        CancellationToken cancellationToken)
    {
        var caller = request.Caller();
        var outcome = await models.RemoveAliasAsync(
            caller.Tenant, RegistryRoute.Model(name), RegistryRoute.Alias(alias), caller.Name, request.IfMatch(), cancellationToken);
        return outcome switch
        {
            AliasOutcome.Removed => TypedResults.NoContent(),
            AliasOutcome.UnknownModel => Problems.NotFound(RegistryRoute.NoModel(name)),
            AliasOutcome.Stale => Problems.Stale($"Alias '{alias}' of '{name}' has changed since."),
            _ => throw new UnreachableException(),
        };
    }
}
