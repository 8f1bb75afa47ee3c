using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Net.Http.Headers;
using Mlops.Data;
using Mlops.Http;

namespace Mlops.Api.Data;

/// <summary>Data sets over HTTP: a CSV file in, its versions, schema and statistics out.</summary>
public sealed class DatasetFunctions(DatasetStore datasets, DatasetLimits limits)
{
    private const int MostTold = 20;

    /// <summary>
    /// Stores the body as a new version, reading it as it comes; content that the data set has had is answered with its version.
    /// </summary>
    [Function("UploadDataset")]
    public async Task<Results<Created<DatasetVersionView>, Ok<DatasetVersionView>, ProblemHttpResult>> UploadAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/v1/datasets/{name}/versions")] HttpRequest request,
        string name,
        CancellationToken cancellationToken)
    {
        var dataset = Names.Dataset(name);
        RequireCsv(request);
        if (request.ContentLength > limits.MaxBytes)
        {
            return TooLarge(limits.MaxBytes);
        }

        Incoming.AllowLongBody(request);
        return await datasets.UploadAsync(request.Caller().Tenant, dataset, request.Body, cancellationToken) switch
        {
            UploadOutcome.Stored(var version) => TypedResults.Created(
                $"/api/v1/datasets/{dataset}/versions/{version.Number}", DatasetVersionView.Of(version)),
            UploadOutcome.AlreadyStored(var version) => TypedResults.Ok(DatasetVersionView.Of(version)),
            UploadOutcome.Malformed malformed => Malformed(malformed),
            UploadOutcome.TooLarge(var limit) => TooLarge(limit),
            UploadOutcome.Rejected(var result) => Rejected(result),
            _ => throw new UnreachableException(),
        };
    }

    [Function("ListDatasets")]
    public async Task<Ok<Page<Dataset>>> ListAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/v1/datasets")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var paging = Paging.From(request);
        var page = await datasets.ListAsync(request.Caller().Tenant, paging.Limit, paging.Continuation, cancellationToken);
        return TypedResults.Ok(new Page<Dataset>(page.Datasets, page.Continuation));
    }

    [Function("GetDataset")]
    public async Task<Results<Ok<Dataset>, ProblemHttpResult>> GetAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/v1/datasets/{name}")] HttpRequest request,
        string name,
        CancellationToken cancellationToken)
    {
        var dataset = Names.Dataset(name);
        return await datasets.FindDatasetAsync(request.Caller().Tenant, dataset, cancellationToken) is { } found
            ? TypedResults.Ok(found)
            : Names.NoDataset(dataset);
    }

    /// <summary>The versions, the newest first.</summary>
    [Function("ListDatasetVersions")]
    public async Task<Results<Ok<Page<DatasetVersionSummary>>, ProblemHttpResult>> ListVersionsAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/v1/datasets/{name}/versions")] HttpRequest request,
        string name,
        CancellationToken cancellationToken)
    {
        var dataset = Names.Dataset(name);
        var paging = Paging.From(request);
        var tenant = request.Caller().Tenant;
        if (await datasets.FindDatasetAsync(tenant, dataset, cancellationToken) is null)
        {
            return Names.NoDataset(dataset);
        }

        var page = await datasets.ListVersionsAsync(tenant, dataset, paging.Limit, paging.Continuation, cancellationToken);
        return TypedResults.Ok(new Page<DatasetVersionSummary>([.. page.Versions.Select(DatasetVersionSummary.Of)], page.Continuation));
    }

    [Function("GetDatasetVersion")]
    public async Task<Results<Ok<DatasetVersionView>, ProblemHttpResult>> GetVersionAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/v1/datasets/{name}/versions/{number:int}")] HttpRequest request,
        string name,
        int number,
        CancellationToken cancellationToken)
    {
        var dataset = Names.Dataset(name);
        return await datasets.FindAsync(request.Caller().Tenant, dataset, number, cancellationToken) is { } version
            ? TypedResults.Ok(DatasetVersionView.Of(version))
            : Names.NoVersion(dataset, number);
    }

    /// <summary>The CSV file, byte for byte as it came, with its hash as the entity tag.</summary>
    [Function("GetDatasetContent")]
    public async Task<Results<FileStreamHttpResult, ProblemHttpResult>> GetContentAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/v1/datasets/{name}/versions/{number:int}/content")]
        HttpRequest request,
        string name,
        int number,
        CancellationToken cancellationToken)
    {
        var dataset = Names.Dataset(name);
        var tenant = request.Caller().Tenant;
        if (await datasets.FindAsync(tenant, dataset, number, cancellationToken) is not { } version)
        {
            return Names.NoVersion(dataset, number);
        }

        if (request.IfMatch() is { } wanted && wanted != version.Sha256)
        {
            return Problems.Stale($"Version {number} of data set '{dataset}' is not the content that If-Match names.");
        }

        return TypedResults.Stream(
            await datasets.OpenReadAsync(tenant, version, cancellationToken),
            "text/csv; charset=utf-8",
            $"{dataset}-v{number}.csv",
            version.CreatedAt,
            new EntityTagHeaderValue($"\"{version.Sha256}\""));
    }

    private static void RequireCsv(HttpRequest request)
    {
        var isCsv = MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            && type.MediaType.Value?.ToLowerInvariant() is "text/csv" or "application/octet-stream"
            && (!type.Charset.HasValue || HeaderUtilities.RemoveQuotes(type.Charset).Value?.ToLowerInvariant() is "utf-8");
        if (!isCsv)
        {
            throw new ProblemException(
                StatusCodes.Status415UnsupportedMediaType,
                new FieldError("Content-Type", "expected text/csv in UTF-8 or application/octet-stream"));
        }
    }

    private static ProblemHttpResult Malformed(UploadOutcome.Malformed fault)
    {
        var place = fault.Column is null ? $"Line {fault.Line}" : $"Line {fault.Line}, column '{fault.Column}'";
        var problem = Problems.BadRequest($"{place}: {fault.Reason}", [new FieldError(fault.Column ?? "body", fault.Reason)]);
        problem.ProblemDetails.Extensions["line"] = fault.Line;
        problem.ProblemDetails.Extensions["column"] = fault.Column;
        problem.ProblemDetails.Extensions["reason"] = fault.Reason;
        return problem;
    }

    /// <summary>Says which critical expectations are broken and how; of very many, the first twenty.</summary>
    private static ProblemHttpResult Rejected(ValidationResult result)
    {
        var failed = result.Results.Select((outcome, place) => (outcome, place))
            .Where(item => !item.outcome.Success && item.outcome.Expectation.Severity is ExpectationSeverity.Critical).ToList();
        var errors = failed.Take(MostTold).Select(item => new FieldError($"expectations[{item.place}]", item.outcome.Told())).ToList();
        return Problems.Of(
            StatusCodes.Status422UnprocessableEntity,
            $"The file breaks {failed.Count} critical expectations of suite '{result.SuiteName}', version {result.Meta.SuiteVersion}; "
            + "nothing was stored. See errors.",
            errors);
    }

    private static ProblemHttpResult TooLarge(long limit) => Problems.TooLarge($"The file is longer than {limit} bytes.");
}
