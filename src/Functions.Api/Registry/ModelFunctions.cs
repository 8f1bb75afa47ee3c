using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Azure.Functions.Worker;
using Mlops.Http;
using Mlops.Registry;

namespace Mlops.Api.Registry;

/// <summary>Registered models and their history.</summary>
public sealed class ModelFunctions(ModelStore models)
{
    [Function("ListModels")]
    public async Task<Ok<Page<ModelView>>> ListAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/v1/models")] HttpRequest request, CancellationToken cancellationToken)
    {
        var paging = Paging.From(request);
        var page = await models.ListAsync(request.Caller().Tenant, paging.Limit, paging.Continuation, cancellationToken);
        return TypedResults.Ok(new Page<ModelView>([.. page.Models.Select(ModelView.Of)], page.Continuation));
    }

    [Function("CreateModel")]
    public async Task<Results<Created<ModelView>, ProblemHttpResult>> CreateAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/v1/models")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var asked = await Incoming.BodyAsync<NewModel>(request, cancellationToken);
        var caller = request.Caller();
        var outcome = await models.CreateAsync(
            caller.Tenant,
            RegistryRoute.Model(asked.Name),
            asked.Description,
            RegistryRoute.Tags(asked.Tags),
            caller.Name,
            cancellationToken);
        switch (outcome)
        {
            case CreationOutcome.Created(var model):
                request.SetETag(model.ETag);
                return TypedResults.Created($"/api/v1/models/{model.Name}", ModelView.Of(model));
            case CreationOutcome.AlreadyExists:
                return Problems.Conflict($"There is a model '{asked.Name}' already.");
            case CreationOutcome.Refused(var field, var reason):
                return Problems.BadRequest(reason, [new FieldError(field, reason)]);
            default:
                throw new UnreachableException();
        }
    }

    [Function("GetModel")]
    public async Task<Results<Ok<ModelView>, ProblemHttpResult>> GetAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/v1/models/{name}")] HttpRequest request,
        string name,
        CancellationToken cancellationToken)
    {
        if (await models.FindAsync(request.Caller().Tenant, RegistryRoute.Model(name), cancellationToken) is not { } model)
        {
            return Problems.NotFound(RegistryRoute.NoModel(name));
        }

        request.SetETag(model.ETag);
        return TypedResults.Ok(ModelView.Of(model));
    }

    [Function("EditModel")]
    public async Task<Results<Ok<ModelView>, ProblemHttpResult>> EditAsync(
        [HttpTrigger(AuthorizationLevel.Function, "patch", Route = "api/v1/models/{name}")] HttpRequest request,
        string name,
        CancellationToken cancellationToken)
    {
        var model = RegistryRoute.Model(name);
        var change = await Incoming.BodyAsync<AnnotationChange>(request, cancellationToken);
        var caller = request.Caller();
        var outcome = await models.UpdateAsync(
            caller.Tenant, model, change.ToEdit(), caller.Name, request.IfMatch(), cancellationToken);
        switch (outcome)
        {
            case ModelOutcome.Changed(var changed):
                request.SetETag(changed.ETag);
                return TypedResults.Ok(ModelView.Of(changed));
            case ModelOutcome.UnknownModel:
                return Problems.NotFound(RegistryRoute.NoModel(name));
            case ModelOutcome.Stale:
                return Problems.Stale($"Model '{name}' has changed since.");
            case ModelOutcome.Refused(var field, var reason):
                return Problems.BadRequest(reason, [new FieldError(field, reason)]);
            default:
                throw new UnreachableException();
        }
    }

    [Function("ListModelHistory")]
    public async Task<Results<Ok<Page<HistoryEntry>>, ProblemHttpResult>> HistoryAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/v1/models/{name}/history")] HttpRequest request,
        string name,
        CancellationToken cancellationToken)
    {
        var paging = Paging.From(request);
        var page = await models.HistoryAsync(
            request.Caller().Tenant, RegistryRoute.Model(name), paging.Limit, paging.Continuation, cancellationToken);
        // Every model has a history, if only of its creation.
        return page.Entries.Count is 0 && paging.Continuation is null
            ? Problems.NotFound(RegistryRoute.NoModel(name))
            : TypedResults.Ok(new Page<HistoryEntry>(page.Entries, page.Continuation));
    }
}
