using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Azure.Functions.Worker;
using Mlops.Http;
using Mlops.Serving;

namespace Mlops.Api.Serving;

/// <summary>Prediction endpoints. A change is effective in this process at once, in others within a second or two.</summary>
public sealed class EndpointFunctions(EndpointStore endpoints, EndpointRouter router, PredictionSteps steps)
{
    [Function("ListEndpoints")]
    public async Task<Ok<Page<EndpointView>>> ListAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/v1/endpoints")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var (tenant, paging) = (request.Caller().Tenant, Paging.From(request));
        var page = await endpoints.ListAsync(tenant, paging.Limit, paging.Continuation, cancellationToken);
        return TypedResults.Ok(new Page<EndpointView>([.. page.Endpoints.Select(endpoint => View(tenant, endpoint))], page.Continuation));
    }

    [Function("CreateEndpoint")]
    public async Task<Results<Created<EndpointView>, Ok<EndpointView>, NoContent, ProblemHttpResult>> CreateAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/v1/endpoints")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var asked = await Incoming.BodyAsync<NewEndpoint>(request, cancellationToken);
        var (name, caller) = (EndpointRequests.Name(asked.Name), request.Caller());
        var definition = EndpointRequests.Definition(
            name,
            new EndpointChange(asked.Model, asked.Alias, asked.Version, asked.Policy, asked.Log, asked.Description),
            steps.Find);
        var outcome = await endpoints.CreateAsync(caller.Tenant, name, definition, caller.Name, cancellationToken);
        return await AnswerAsync(outcome, request, name, isNew: true, cancellationToken);
    }

    [Function("GetEndpoint")]
    public async Task<Results<Ok<EndpointView>, ProblemHttpResult>> GetAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/v1/endpoints/{name}")] HttpRequest request,
        string name,
        CancellationToken cancellationToken)
    {
        var tenant = request.Caller().Tenant;
        if (await endpoints.FindAsync(tenant, EndpointRequests.Name(name), cancellationToken) is not { } endpoint)
        {
            return Problems.NotFound(EndpointRequests.NoEndpoint(name));
        }

        request.SetETag(endpoint.ETag);
        return TypedResults.Ok(View(tenant, endpoint));
    }

    [Function("ReplaceEndpoint")]
    public async Task<Results<Created<EndpointView>, Ok<EndpointView>, NoContent, ProblemHttpResult>> ReplaceAsync(
        [HttpTrigger(AuthorizationLevel.Function, "put", Route = "api/v1/endpoints/{name}")] HttpRequest request,
        string name,
        CancellationToken cancellationToken)
    {
        var endpoint = EndpointRequests.Name(name);
        var asked = await Incoming.BodyAsync<EndpointChange>(request, cancellationToken);
        var outcome = await endpoints.ReplaceAsync(
            request.Caller().Tenant,
            endpoint,
            EndpointRequests.Definition(endpoint, asked, steps.Find),
            request.IfMatch(),
            cancellationToken);
        return await AnswerAsync(outcome, request, endpoint, isNew: false, cancellationToken);
    }

    [Function("RemoveEndpoint")]
    public async Task<Results<Created<EndpointView>, Ok<EndpointView>, NoContent, ProblemHttpResult>> RemoveAsync(
        [HttpTrigger(AuthorizationLevel.Function, "delete", Route = "api/v1/endpoints/{name}")] HttpRequest request,
        string name,
        CancellationToken cancellationToken)
    {
        var endpoint = EndpointRequests.Name(name);
        var outcome = await endpoints.DeleteAsync(request.Caller().Tenant, endpoint, request.IfMatch(), cancellationToken);
        return await AnswerAsync(outcome, request, endpoint, isNew: false, cancellationToken);
    }

    private async Task<Results<Created<EndpointView>, Ok<EndpointView>, NoContent, ProblemHttpResult>> AnswerAsync(
        EndpointOutcome outcome, HttpRequest request, EndpointName name, bool isNew, CancellationToken cancellationToken)
    {
        var tenant = request.Caller().Tenant;
        if (outcome is EndpointOutcome.Saved or EndpointOutcome.Removed)
        {
            await router.RefreshAsync(tenant, cancellationToken);
        }

        switch (outcome)
        {
            case EndpointOutcome.Saved(var saved):
                request.SetETag(saved.ETag);
                return isNew
                    ? TypedResults.Created($"/api/v1/endpoints/{name}", View(tenant, saved))
                    : TypedResults.Ok(View(tenant, saved));
            case EndpointOutcome.Removed:
                return TypedResults.NoContent();
            case EndpointOutcome.NameTaken:
                return Problems.Conflict($"There is an endpoint '{name}' already.");
            case EndpointOutcome.UnknownEndpoint:
                return Problems.NotFound(EndpointRequests.NoEndpoint(name.Value));
            case EndpointOutcome.UnknownModel(var model):
                return Problems.BadRequest($"There is no model '{model}'.", [new FieldError("model", "expected a registered model")]);
            case EndpointOutcome.UnknownVersion(var model, var version):
                return Problems.BadRequest(
                    $"Model '{model}' has no version {version}.", [new FieldError("version", "expected a version of the model")]);
            case EndpointOutcome.UnfitStep(var arm, var step, var reason):
                return Problems.BadRequest(
                    $"Step '{step}' makes no sense for what the arm serves.", [new FieldError($"policy.arms[{arm}].steps", $"'{step}': {reason}")]);
            case EndpointOutcome.Stale:
                return Problems.Stale($"Endpoint '{name}' has changed since.");
            default:
                throw new UnreachableException();
        }
    }

    private EndpointView View(TenantId tenant, Mlops.Serving.Endpoint endpoint) =>
        EndpointView.Of(endpoint, router.HealthOf(tenant, endpoint.Name), router.ShadowOf(tenant, endpoint.Name));
}
