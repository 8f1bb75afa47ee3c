using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Azure.Functions.Worker;
using Mlops.Http;
using Mlops.Registry;

namespace Mlops.Api.Registry;

/// <summary>The versions of a registered model.</summary>
public sealed class ModelVersionFunctions(ModelStore models)
{
    [Function("ListModelVersions")]
    public async Task<Results<Ok<Page<ModelVersion>>, ProblemHttpResult>> ListAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/v1/models/{name}/versions")] HttpRequest request,
        string name,
        CancellationToken cancellationToken)
    {
        var (tenant, model, paging) = (request.Caller().Tenant, RegistryRoute.Model(name), Paging.From(request));
        if (await models.GenerationAsync(tenant, model, cancellationToken) is null)
        {
            return Problems.NotFound(RegistryRoute.NoModel(name));
        }

        var page = await models.ListVersionsAsync(tenant, model, paging.Limit, paging.Continuation, cancellationToken);
        return TypedResults.Ok(new Page<ModelVersion>(page.Versions, page.Continuation));
    }

    [Function("GetModelVersion")]
    public async Task<Results<Ok<ModelVersion>, ProblemHttpResult>> GetAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/v1/models/{name}/versions/{number:int}")] HttpRequest request,
        string name,
        int number,
        CancellationToken cancellationToken)
    {
        var version = await models.FindVersionAsync(request.Caller().Tenant, RegistryRoute.Model(name), number, cancellationToken);
        return version is null ? Problems.NotFound(RegistryRoute.NoVersion(name, number)) : Tagged(request, version);
    }

    [Function("EditModelVersion")]
    public async Task<Results<Ok<ModelVersion>, ProblemHttpResult>> EditAsync(
        [HttpTrigger(AuthorizationLevel.Function, "patch", Route = "api/v1/models/{name}/versions/{number:int}")] HttpRequest request,
        string name,
        int number,
        CancellationToken cancellationToken)
    {
        var model = RegistryRoute.Model(name);
        var change = await Incoming.BodyAsync<AnnotationChange>(request, cancellationToken);
        var caller = request.Caller();
        var outcome = await models.UpdateVersionAsync(
            caller.Tenant, model, number, change.ToEdit(), caller.Name, request.IfMatch(), cancellationToken);
        return outcome is VersionOutcome.Refused(var field, var reason)
            ? Problems.BadRequest(reason, [new FieldError(field, reason)])
            : Answer(outcome, request, name, number);
    }

    [Function("MoveModelVersionStage")]
    public async Task<Results<Ok<ModelVersion>, ProblemHttpResult>> MoveStageAsync(
        [HttpTrigger(AuthorizationLevel.Function, "put", Route = "api/v1/models/{name}/versions/{number:int}/stage")] HttpRequest request,
        string name,
        int number,
        CancellationToken cancellationToken)
    {
        var model = RegistryRoute.Model(name);
        var change = await Incoming.BodyAsync<StageChange>(request, cancellationToken);
        var caller = request.Caller();
        var outcome = await models.MoveStageAsync(
            caller.Tenant, model, number, change.Stage, change.ArchiveExisting, caller.Name, request.IfMatch(), cancellationToken);
        return Answer(outcome, request, name, number);
    }

    private static Results<Ok<ModelVersion>, ProblemHttpResult> Answer(
        VersionOutcome outcome, HttpRequest request, string name, int number) => outcome switch
        {
            VersionOutcome.Changed(var version) => Tagged(request, version),
            VersionOutcome.UnknownModel => Problems.NotFound(RegistryRoute.NoModel(name)),
            VersionOutcome.UnknownVersion => Problems.NotFound(RegistryRoute.NoVersion(name, number)),
            VersionOutcome.Stale => Problems.Stale($"Version {number} of '{name}' has changed since."),
            VersionOutcome.Refused refused => Problems.Conflict(refused.Reason),
            _ => throw new UnreachableException(),
        };

    private static Ok<ModelVersion> Tagged(HttpRequest request, ModelVersion version)
    {
        request.SetETag(version.ETag);
        return TypedResults.Ok(version);
    }
}
