using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Azure.Functions.Worker;
using Mlops.Data;
using Mlops.Http;

namespace Mlops.Api.Data;

/// <summary>Which suite a version is held against, and how much is told.</summary>
/// <param name="Suite">One of the data set's suites; <c>default</c> if absent.</param>
/// <param name="SuiteVersion">The newest if absent.</param>
public sealed record ValidationRequest(string? Suite = null, int? SuiteVersion = null, ResultFormat ResultFormat = ResultFormat.Summary);

/// <summary>Holds versions of data sets against suites over HTTP, and gives out what was set aside.</summary>
public sealed class ValidationFunctions(DatasetStore datasets, ExpectationStore suites, DatasetValidation validation)
{
    [Function("ValidateDataset")]
    public async Task<Results<Ok<ValidationResult>, ProblemHttpResult>> ValidateAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/v1/datasets/{name}/versions/{number:int}/validate")]
        HttpRequest request,
        string name,
        int number,
        CancellationToken cancellationToken)
    {
        var (dataset, tenant) = (Names.Dataset(name), request.Caller().Tenant);
        var wanted = await Incoming.BodyAsync<ValidationRequest>(request, cancellationToken);
        var suiteName = wanted.Suite is null ? SuiteName.Default : Names.Suite(wanted.Suite);
        var suiteNumber = Names.Number(wanted.SuiteVersion?.ToString(CultureInfo.InvariantCulture), "suiteVersion");
        if (await datasets.FindAsync(tenant, dataset, number, cancellationToken) is not { } version)
        {
            return Names.NoVersion(dataset, number);
        }

        if (await suites.FindAsync(tenant, dataset, suiteName, suiteNumber, cancellationToken) is not { } suite)
        {
            return Names.NoSuite(dataset, suiteName, suiteNumber);
        }

        var result = await validation.RunAsync(tenant, version, suite, wanted.ResultFormat, cancellationToken);
        await validation.KeepAsync(tenant, version, result, cancellationToken);
        return TypedResults.Ok(result);
    }

    /// <summary>The last result of holding a version against a suite.</summary>
    [Function("GetValidation")]
    public async Task<Results<Ok<ValidationResult>, ProblemHttpResult>> GetAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/v1/datasets/{name}/versions/{number:int}/validations/{suite}")]
        HttpRequest request,
        string name,
        int number,
        string suite,
        CancellationToken cancellationToken)
    {
        var (dataset, suiteName, tenant) = (Names.Dataset(name), Names.Suite(suite), request.Caller().Tenant);
        if (await datasets.FindAsync(tenant, dataset, number, cancellationToken) is not { } version)
        {
            return Names.NoVersion(dataset, number);
        }

        return await validation.FindAsync(tenant, version, suiteName, cancellationToken) is { } result
            ? TypedResults.Ok(result)
            : Problems.NotFound($"Version {number} of data set '{dataset}' has not been held against suite '{suiteName}'.");
    }

    /// <summary>The rows that were set aside when a version was uploaded, each with its number and what it breaks.</summary>
    [Function("GetQuarantine")]
    public async Task<Results<FileStreamHttpResult, ProblemHttpResult>> GetQuarantineAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/v1/datasets/{name}/versions/{number:int}/quarantine")]
        HttpRequest request,
        string name,
        int number,
        CancellationToken cancellationToken)
    {
        var (dataset, tenant) = (Names.Dataset(name), request.Caller().Tenant);
        if (await datasets.FindAsync(tenant, dataset, number, cancellationToken) is not { } version)
        {
            return Names.NoVersion(dataset, number);
        }

        return await datasets.OpenQuarantineAsync(tenant, version, cancellationToken) is { } rows
            ? TypedResults.Stream(rows, "text/csv; charset=utf-8", $"{dataset}-v{number}-quarantine.csv", version.CreatedAt)
            : Problems.NotFound($"No row was set aside when version {number} of data set '{dataset}' was uploaded.");
    }
}
