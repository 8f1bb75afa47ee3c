using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Azure.Functions.Worker;
using Mlops.Http;
using Mlops.Tracking;

namespace Mlops.Api.Tracking;

/// <summary>Runs over HTTP, and what they log.</summary>
public sealed class RunFunctions(ExperimentStore experiments, RunStore runs, TimeProvider time)
{
    /// <summary>The active runs of <c>?experimentId=</c>, newest first.</summary>
    [Function("ListRuns")]
    public async Task<Results<Ok<Page<Run>>, ProblemHttpResult>> ListAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/v1/runs")] HttpRequest request, CancellationToken cancellationToken)
    {
        var paging = Paging.From(request);
        if (request.Query["experimentId"] is not [{ } experimentId])
        {
            return Problems.BadRequest("Of which experiment?", [new FieldError("experimentId", "expected one experiment's id")]);
        }

        var tenant = request.Caller().Tenant;
        if (await experiments.FindAsync(tenant, experimentId, cancellationToken) is null)
        {
            return Problems.NotFound($"There is no experiment '{experimentId}'.");
        }

        var page = await runs.ListAsync(tenant, experimentId, paging.Limit, paging.Continuation, cancellationToken);
        return TypedResults.Ok(new Page<Run>(page.Runs, page.Continuation));
    }

    [Function("CreateRun")]
    public async Task<Results<Created<Run>, ProblemHttpResult>> CreateAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/v1/runs")] HttpRequest request, CancellationToken cancellationToken)
    {
        var asked = await Incoming.BodyAsync<NewRun>(request, cancellationToken);
        var caller = request.Caller();
        var start = asked.ToStart(caller, time);
        if (TrackingRules.Check(start) is { Count: > 0 } objections)
        {
            return TrackingRequest.Refused(objections);
        }

        if (await experiments.FindAsync(caller.Tenant, asked.ExperimentId, cancellationToken) is null)
        {
            return TrackingRequest.Refused([new("experimentId", $"There is no experiment '{asked.ExperimentId}'.")]);
        }

        var run = await runs.CreateAsync(caller.Tenant, asked.ExperimentId, start, cancellationToken);
        request.SetETag(run.ETag);
        return TypedResults.Created($"/api/v1/runs/{run.Id}", run);
    }

    [Function("GetRun")]
    public async Task<Results<Ok<Run>, ProblemHttpResult>> GetAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/v1/runs/{runId}")] HttpRequest request,
        string runId,
        CancellationToken cancellationToken)
    {
        if (await runs.FindAsync(request.Caller().Tenant, runId, cancellationToken) is not { } run)
        {
            return TrackingRequest.NoRun(runId);
        }

        request.SetETag(run.ETag);
        return TypedResults.Ok(run);
    }

    /// <summary>Changes status, end, name or lifecycle stage; what is absent stays.</summary>
    [Function("ChangeRun")]
    public async Task<Results<Ok<Run>, ProblemHttpResult>> ChangeAsync(
        [HttpTrigger(AuthorizationLevel.Function, "patch", Route = "api/v1/runs/{runId}")] HttpRequest request,
        string runId,
        CancellationToken cancellationToken)
    {
        var change = await Incoming.BodyAsync<RunChange>(request, cancellationToken);
        switch (await runs.ChangeAsync(request.Caller().Tenant, runId, change, request.IfMatch(), cancellationToken))
        {
            case RunChangeOutcome.Changed(var run):
                request.SetETag(run.ETag);
                return TypedResults.Ok(run);
            case RunChangeOutcome.UnknownRun:
                return TrackingRequest.NoRun(runId);
            case RunChangeOutcome.Stale:
                return Problems.Stale($"Run '{runId}' has changed since.");
            case RunChangeOutcome.Refused(var objections):
                return TrackingRequest.Refused(objections);
            default:
                throw new UnreachableException();
        }
    }

    /// <summary>Logs metrics, params and tags, all or none; sending the same again changes nothing.</summary>
    [Function("LogBatch")]
    public async Task<Results<NoContent, ProblemHttpResult>> LogBatchAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/v1/runs/{runId}/log-batch")] HttpRequest request,
        string runId,
        CancellationToken cancellationToken)
    {
        var batch = (await Incoming.BodyAsync<NewBatch>(request, cancellationToken)).ToBatch();
        switch (await runs.LogBatchAsync(request.Caller().Tenant, runId, batch, cancellationToken))
        {
            case LogOutcome.Logged(var run):
                request.SetETag(run.ETag);
                return TypedResults.NoContent();
            case LogOutcome.UnknownRun:
                return TrackingRequest.NoRun(runId);
            case LogOutcome.Refused(var objections):
                return TrackingRequest.Refused(objections);
            default:
                throw new UnreachableException();
        }
    }

    /// <summary>A metric's history by time, step and value. The key may have slashes.</summary>
    [Function("GetMetricHistory")]
    public async Task<Results<Ok<Page<Metric>>, ProblemHttpResult>> MetricAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/v1/runs/{runId}/metrics/{*key}")] HttpRequest request,
        string runId,
        string key,
        CancellationToken cancellationToken)
    {
        var paging = Paging.From(request);
        var tenant = request.Caller().Tenant;
        return await runs.MetricHistoryAsync(tenant, runId, key, paging.Limit, paging.Continuation, cancellationToken) is { } page
            ? TypedResults.Ok(new Page<Metric>(page.Metrics, page.Continuation))
            : TrackingRequest.NoRun(runId);
    }
}
