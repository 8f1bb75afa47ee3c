using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Azure.Functions.Worker;
using Mlops.AbTesting;
using Mlops.Http;
using Mlops.Serving;

namespace Mlops.Api.AbTesting;

/// <summary>A/B tests of versions behind an endpoint, from their description to the hand-over.</summary>
public sealed class AbTestFunctions(
    AbTestStore tests, AbTestStart start, AbTestEnd end, AbTestAnalysis analysis, EndpointRouter router, PredictionSteps steps)
{
    [Function("ListAbTests")]
    public async Task<Ok<Page<AbTestView>>> ListAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/v1/ab-tests")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var paging = Paging.From(request);
        var page = await tests.ListAsync(request.Caller().Tenant, paging.Limit, paging.Continuation, cancellationToken);
        return TypedResults.Ok(new Page<AbTestView>([.. page.Tests.Select(AbTestView.Of)], page.Continuation));
    }

    [Function("CreateAbTest")]
    public async Task<Results<Created<AbTestView>, Ok<AbTestView>, NoContent, ProblemHttpResult>> CreateAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/v1/ab-tests")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var (name, plan) = AbTestRequests.Read(await Incoming.BodyAsync<NewAbTest>(request, cancellationToken), steps.Find);
        var caller = request.Caller();
        var outcome = await tests.CreateAsync(caller.Tenant, name, plan, caller.Name, cancellationToken);
        return Answer(outcome, request, name, isNew: true);
    }

    [Function("GetAbTest")]
    public async Task<Results<Ok<AbTestView>, ProblemHttpResult>> GetAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/v1/ab-tests/{name}")] HttpRequest request,
        string name,
        CancellationToken cancellationToken)
    {
        if (await tests.FindAsync(request.Caller().Tenant, AbTestRequests.Name(name), cancellationToken) is not { } test)
        {
            return Problems.NotFound(AbTestRequests.NoTest(name));
        }

        request.SetETag(test.ETag);
        return TypedResults.Ok(AbTestView.Of(test));
    }

    [Function("RemoveAbTest")]
    public async Task<Results<Created<AbTestView>, Ok<AbTestView>, NoContent, ProblemHttpResult>> RemoveAsync(
        [HttpTrigger(AuthorizationLevel.Function, "delete", Route = "api/v1/ab-tests/{name}")] HttpRequest request,
        string name,
        CancellationToken cancellationToken)
    {
        var test = AbTestRequests.Name(name);
        var outcome = await tests.DeleteAsync(request.Caller().Tenant, test, request.IfMatch(), cancellationToken);
        return Answer(outcome, request, test, isNew: false);
    }

    /// <summary>Hands the endpoint over to the test; repeated, it changes nothing.</summary>
    [Function("StartAbTest")]
    public async Task<Results<Created<AbTestView>, Ok<AbTestView>, NoContent, ProblemHttpResult>> StartAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/v1/ab-tests/{name}/start")] HttpRequest request,
        string name,
        CancellationToken cancellationToken)
    {
        var (test, caller) = (AbTestRequests.Name(name), request.Caller());
        var outcome = await start.StartAsync(caller.Tenant, test, caller.Name, request.IfMatch(), cancellationToken);
        await router.RefreshAsync(caller.Tenant, cancellationToken);
        return Answer(outcome, request, test, isNew: false);
    }

    /// <summary>Ends the test, promotes an arm's version if one is to be shipped, and gives the endpoint back; repeated, it changes
    /// nothing.</summary>
    [Function("StopAbTest")]
    public async Task<Results<Created<AbTestView>, Ok<AbTestView>, NoContent, ProblemHttpResult>> StopAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/v1/ab-tests/{name}/stop")] HttpRequest request,
        string name,
        CancellationToken cancellationToken)
    {
        var (test, caller) = (AbTestRequests.Name(name), request.Caller());
        var asked = await Incoming.BodyAsync<AbTestStop>(request, cancellationToken);
        var outcome = await end.EndAsync(
            caller.Tenant, test, asked.Ship, AbTestRequests.Reason(asked), caller.Name, request.IfMatch(), cancellationToken);
        await router.RefreshAsync(caller.Tenant, cancellationToken);
        return Answer(outcome, request, test, isNew: false);
    }

    /// <summary>What the latest look showed.</summary>
    [Function("GetAbTestReport")]
    public async Task<Results<Ok<AbTestReport>, ProblemHttpResult>> GetReportAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/v1/ab-tests/{name}/report")] HttpRequest request,
        string name,
        CancellationToken cancellationToken)
    {
        var (tenant, test) = (request.Caller().Tenant, AbTestRequests.Name(name));
        if (await analysis.FindReportAsync(tenant, test, cancellationToken) is { } report)
        {
            return TypedResults.Ok(report);
        }

        return await tests.FindAsync(tenant, test, cancellationToken) is null
            ? Problems.NotFound(AbTestRequests.NoTest(name))
            : Problems.NotFound($"Nobody has looked at test '{name}' yet.");
    }

    /// <summary>Looks at the test now, and acts on it as far as it decides by itself. Of a test that has ended the latest report
    /// stands.</summary>
    [Function("AnalyzeAbTest")]
    public async Task<Results<Ok<AbTestReport>, ProblemHttpResult>> AnalyzeAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/v1/ab-tests/{name}/report")] HttpRequest request,
        string name,
        CancellationToken cancellationToken)
    {
        var tenant = request.Caller().Tenant;
        if (await tests.FindAsync(tenant, AbTestRequests.Name(name), cancellationToken) is not { } test)
        {
            return Problems.NotFound(AbTestRequests.NoTest(name));
        }

        if (await analysis.LookAsync(tenant, test, cancellationToken) is not { } report)
        {
            return Problems.Conflict($"Test '{name}' has not started, so that there is nothing to look at.");
        }

        await router.RefreshAsync(tenant, cancellationToken);
        return TypedResults.Ok(report);
    }

    private static Results<Created<AbTestView>, Ok<AbTestView>, NoContent, ProblemHttpResult> Answer(
        AbTestOutcome outcome, HttpRequest request, AbTestName name, bool isNew)
    {
        switch (outcome)
        {
            case AbTestOutcome.Saved(var saved):
                request.SetETag(saved.ETag);
                return isNew
                    ? TypedResults.Created($"/api/v1/ab-tests/{name}", AbTestView.Of(saved))
                    : TypedResults.Ok(AbTestView.Of(saved));
            case AbTestOutcome.Removed:
                return TypedResults.NoContent();
            case AbTestOutcome.NameTaken:
                return Problems.Conflict($"There is an A/B test '{name}' already.");
            case AbTestOutcome.UnknownTest:
                return Problems.NotFound(AbTestRequests.NoTest(name.Value));
            case AbTestOutcome.UnknownEndpoint(var endpoint) when isNew:
                return Problems.BadRequest(
                    $"There is no endpoint '{endpoint}'.", [new FieldError("endpoint", "expected the name of an endpoint")]);
            case AbTestOutcome.UnknownEndpoint(var endpoint):
                return Problems.Conflict($"Endpoint '{endpoint}' of test '{name}' is gone.");
            case AbTestOutcome.UnknownModel(var model):
                return Problems.BadRequest($"There is no model '{model}'.", [new FieldError("model", "expected a registered model")]);
            case AbTestOutcome.UnknownVersion(var model, var version):
                return Problems.BadRequest(
                    $"Model '{model}' has no version {version}.", [new FieldError("version", "expected a version of the model")]);
            case AbTestOutcome.UnknownArm(var arm):
                return Problems.BadRequest(
                    $"Test '{name}' has no treatment '{arm}'.", [new FieldError("ship", "expected the name of a treatment")]);
            case AbTestOutcome.Stale:
                return Problems.Stale($"A/B test '{name}' has changed since.");
            case AbTestOutcome.Refused(var reason):
                return Problems.Conflict(reason);
            default:
                throw new UnreachableException();
        }
    }
}
