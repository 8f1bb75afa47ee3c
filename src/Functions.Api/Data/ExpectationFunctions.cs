using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Azure.Functions.Worker;
using Mlops.Data;
using Mlops.Http;

namespace Mlops.Api.Data;

/// <summary>What is expected of data sets, over HTTP: suites in, written, inferred or imported, and their versions out.</summary>
public sealed class ExpectationFunctions(ExpectationStore suites, DatasetStore datasets, DatasetLimits limits)
{
    private const long InferenceSeed = 0;

    [Function("ListExpectationSuites")]
    public async Task<Ok<Page<SuiteSummary>>> ListAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/v1/datasets/{name}/expectations")] HttpRequest request,
        string name,
        CancellationToken cancellationToken)
    {
        var (dataset, paging) = (Names.Dataset(name), Paging.From(request));
        var page = await suites.ListAsync(request.Caller().Tenant, dataset, paging.Limit, paging.Continuation, cancellationToken);
        return TypedResults.Ok(new Page<SuiteSummary>(page.Suites, page.Continuation));
    }

    /// <summary>A suite as it stands, or as its version <c>?version=</c> has it.</summary>
    [Function("GetExpectationSuite")]
    public async Task<Results<Ok<SuiteVersion>, ProblemHttpResult>> GetAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/v1/datasets/{name}/expectations/{suite}")] HttpRequest request,
        string name,
        string suite,
        CancellationToken cancellationToken)
    {
        var (dataset, suiteName) = (Names.Dataset(name), Names.Suite(suite));
        var number = Names.Number(request.Query["version"], "version");
        if (await suites.FindAsync(request.Caller().Tenant, dataset, suiteName, number, cancellationToken) is not { } found)
        {
            return Names.NoSuite(dataset, suiteName, number);
        }

        request.SetETag(found.Sha256);
        return TypedResults.Ok(found);
    }

    [Function("ListExpectationSuiteVersions")]
    public async Task<Results<Ok<Page<SuiteVersion>>, ProblemHttpResult>> ListVersionsAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/v1/datasets/{name}/expectations/{suite}/versions")]
        HttpRequest request,
        string name,
        string suite,
        CancellationToken cancellationToken)
    {
        var (dataset, suiteName, paging) = (Names.Dataset(name), Names.Suite(suite), Paging.From(request));
        var page = await suites.ListVersionsAsync(
            request.Caller().Tenant, dataset, suiteName, paging.Limit, paging.Continuation, cancellationToken);
        return page.Versions.Count is 0 && paging.Continuation is null
            ? Names.NoSuite(dataset, suiteName, null)
            : TypedResults.Ok(new Page<SuiteVersion>(page.Versions, page.Continuation));
    }

    /// <summary>Makes the body the suite's newest version; the same content again changes nothing.</summary>
    [Function("PutExpectationSuite")]
    public async Task<Results<Created<SuiteVersion>, Ok<SuiteVersion>, ProblemHttpResult>> PutAsync(
        [HttpTrigger(AuthorizationLevel.Function, "put", Route = "api/v1/datasets/{name}/expectations/{suite}")] HttpRequest request,
        string name,
        string suite,
        CancellationToken cancellationToken)
    {
        var (dataset, suiteName) = (Names.Dataset(name), Names.Suite(suite));
        var content = await Incoming.BodyAsync<ExpectationSuite>(request, cancellationToken);
        return await PutAsync(request, dataset, suiteName, content, request.IfMatch(), cancellationToken);
    }

    /// <summary>Removes a suite, and the guard of uploads if it is that; its versions can still be read.</summary>
    [Function("RemoveExpectationSuite")]
    public async Task<Results<NoContent, ProblemHttpResult>> RemoveAsync(
        [HttpTrigger(AuthorizationLevel.Function, "delete", Route = "api/v1/datasets/{name}/expectations/{suite}")] HttpRequest request,
        string name,
        string suite,
        CancellationToken cancellationToken)
    {
        var (dataset, suiteName) = (Names.Dataset(name), Names.Suite(suite));
        return await suites.RemoveAsync(request.Caller().Tenant, dataset, suiteName, request.IfMatch(), cancellationToken) switch
        {
            SuiteRemoval.Removed => TypedResults.NoContent(),
            SuiteRemoval.UnknownSuite => Names.NoSuite(dataset, suiteName, null),
            SuiteRemoval.Stale => Changed(suiteName),
            _ => throw new UnreachableException(),
        };
    }

    /// <summary>Takes a suite as Great Expectations writes it, under the name that it has there.</summary>
    [Function("ImportExpectationSuite")]
    public async Task<Results<Created<SuiteVersion>, Ok<SuiteVersion>, ProblemHttpResult>> ImportAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/v1/datasets/{name}/expectations/import")] HttpRequest request,
        string name,
        CancellationToken cancellationToken)
    {
        var dataset = Names.Dataset(name);
        var body = await Incoming.JsonBytesAsync(request, Incoming.MaxJsonBytes, cancellationToken);
        var reading = SuiteImport.Read(body);
        if (reading is not ImportReading.Read(var suiteName, var suite))
        {
            return Wrong(reading is ImportReading.Wrong(var errors) ? errors : []);
        }

        // Great Expectations does not say what a suite guards, so that stays as it is.
        var before = await suites.FindAsync(request.Caller().Tenant, dataset, suiteName, null, cancellationToken);
        suite = suite with { OnUpload = before?.Suite.OnUpload ?? OnUpload.Off };
        return await PutAsync(request, dataset, suiteName, suite, null, cancellationToken);
    }

    /// <summary>Makes a suite from a version of the data set that is trusted, <c>?version=</c> or the newest.</summary>
    [Function("InferExpectationSuite")]
    public async Task<Results<Ok<InferredSuite>, ProblemHttpResult>> InferAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/v1/datasets/{name}/expectations/{suite}/infer")]
        HttpRequest request,
        string name,
        string suite,
        CancellationToken cancellationToken)
    {
        var (dataset, suiteName, tenant) = (Names.Dataset(name), Names.Suite(suite), request.Caller().Tenant);
        var number = Names.Number(request.Query["version"], "version");
        if (await datasets.FindAsync(tenant, dataset, number, cancellationToken) is not { } version)
        {
            return Names.NoVersion(dataset, number);
        }

        var before = await suites.FindAsync(tenant, dataset, suiteName, null, cancellationToken);
        var inferred = await SuiteInference.RunAsync(
            token => datasets.OpenReadAsync(tenant, version, token),
            limits.Csv,
            before?.Suite.OnUpload ?? OnUpload.Off,
            InferenceSeed,
            cancellationToken);
        return await suites.PutAsync(tenant, dataset, suiteName, inferred.Suite, null, cancellationToken) switch
        {
            SuiteOutcome.Stored or SuiteOutcome.Unchanged => TypedResults.Ok(inferred),
            SuiteOutcome.Wrong(var errors) => Wrong(errors),
            SuiteOutcome.AnotherGuards(var other) => Guarded(dataset, other),
            _ => throw new UnreachableException(),
        };
    }

    private async Task<Results<Created<SuiteVersion>, Ok<SuiteVersion>, ProblemHttpResult>> PutAsync(
        HttpRequest request,
        DatasetName dataset,
        SuiteName name,
        ExpectationSuite suite,
        string? ifMatch,
        CancellationToken cancellationToken)
    {
        switch (await suites.PutAsync(request.Caller().Tenant, dataset, name, suite, ifMatch, cancellationToken))
        {
            case SuiteOutcome.Stored(var version):
                request.SetETag(version.Sha256);
                return TypedResults.Created($"/api/v1/datasets/{dataset}/expectations/{name}?version={version.Number}", version);
            case SuiteOutcome.Unchanged(var version):
                request.SetETag(version.Sha256);
                return TypedResults.Ok(version);
            case SuiteOutcome.Wrong(var errors):
                return Wrong(errors);
            case SuiteOutcome.Stale:
                return Changed(name);
            case SuiteOutcome.AnotherGuards(var other):
                return Guarded(dataset, other);
            default:
                throw new UnreachableException();
        }
    }

    private static ProblemHttpResult Changed(SuiteName name) =>
        Problems.Stale($"The suite '{name}' is not the content that If-Match names.");

    private static ProblemHttpResult Wrong(IReadOnlyList<SuiteError> errors) => Problems.BadRequest(
        "The suite is not valid. See errors.", [.. errors.Select(error => new FieldError(error.Path, error.Problem))]);

    private static ProblemHttpResult Guarded(DatasetName dataset, SuiteName other) => Problems.Conflict(
        $"The suite '{other}' guards uploads to '{dataset}' already, and one at most does; set its onUpload to off first.");
}
