using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Azure.Functions.Worker;
using Mlops.Http;
using Mlops.Tracking;

namespace Mlops.Api.Tracking;

/// <summary>Experiments over HTTP.</summary>
public sealed class ExperimentFunctions(ExperimentStore experiments)
{
    /// <summary>The experiments, newest first; with <c>?name=</c> the one of that name, if there is one.</summary>
    [Function("ListExperiments")]
    public async Task<Ok<Page<Experiment>>> ListAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/v1/experiments")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var tenant = request.Caller().Tenant;
        if (request.Query["name"] is [{ } name])
        {
            var found = await experiments.FindByNameAsync(tenant, name, cancellationToken);
            return TypedResults.Ok(new Page<Experiment>(found is null ? [] : [found], null));
        }

        var paging = Paging.From(request);
        var page = await experiments.ListAsync(tenant, paging.Limit, paging.Continuation, cancellationToken);
        return TypedResults.Ok(new Page<Experiment>(page.Experiments, page.Continuation));
    }

    /// <summary>Makes an experiment, or answers with the one that has the name already.</summary>
    [Function("CreateExperiment")]
    public async Task<Results<Created<Experiment>, Ok<Experiment>, ProblemHttpResult>> CreateAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/v1/experiments")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var asked = await Incoming.BodyAsync<NewExperiment>(request, cancellationToken);
        if (TrackingRules.CheckExperimentName(asked.Name) is { } objection)
        {
            return TrackingRequest.Refused([objection]);
        }

        var tenant = request.Caller().Tenant;
        var existing = await experiments.FindByNameAsync(tenant, asked.Name, cancellationToken);
        var experiment = existing ?? await experiments.GetOrCreateAsync(tenant, asked.Name, cancellationToken);
        request.SetETag(experiment.ETag);
        return existing is null
            ? TypedResults.Created($"/api/v1/experiments/{experiment.Id}", experiment)
            : TypedResults.Ok(experiment);
    }

    [Function("GetExperiment")]
    public async Task<Results<Ok<Experiment>, ProblemHttpResult>> GetAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/v1/experiments/{id}")] HttpRequest request,
        string id,
        CancellationToken cancellationToken)
    {
        if (await experiments.FindAsync(request.Caller().Tenant, id, cancellationToken) is not { } experiment)
        {
            return Problems.NotFound($"There is no experiment '{id}'.");
        }

        request.SetETag(experiment.ETag);
        return TypedResults.Ok(experiment);
    }
}
