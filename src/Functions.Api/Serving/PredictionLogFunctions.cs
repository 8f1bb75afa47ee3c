using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Azure.Functions.Worker;
using Mlops.Http;
using Mlops.Serving;

namespace Mlops.Api.Serving;

/// <summary>The log of an endpoint's predictions, and how they did.</summary>
public sealed class PredictionLogFunctions(
    EndpointStore endpoints, PredictionLogReader log, LivePerformance performance, TimeProvider time)
{
    private const int MaxArmLength = 256;

    /// <summary>Streams logged requests as JSON lines.</summary>
    [Function("DownloadPredictions")]
    public async Task<IResult> DownloadAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/v1/endpoints/{name}/predictions")] HttpRequest request,
        string name,
        CancellationToken cancellationToken)
    {
        var (tenant, endpoint) = (request.Caller().Tenant, EndpointRequests.Name(name));
        var range = Range(request);
        string? arm = request.Query["arm"];
        Require(arm is null or { Length: > 0 and <= MaxArmLength }, "arm", "expected the name of an arm");
        Require(!request.Query.TryGetValue("format", out var format) || format == "jsonl", "format", "expected jsonl");
        Require(
            !request.Query.TryGetValue("gaps", out var gaps) || gaps == "true" || gaps == "false", "gaps", "expected true or false");
        return await IsKnownAsync(tenant, endpoint, cancellationToken)
            ? new PredictionDownload(log.ReadAsync(tenant, endpoint, range, cancellationToken), arm, withGaps: gaps == "true")
            : Problems.NotFound(EndpointRequests.NoEndpoint(name));
    }

    /// <summary>Measures the versions behind an endpoint by the feedback on their predictions.</summary>
    [Function("GetEndpointPerformance")]
    public async Task<Results<Ok<EndpointPerformanceView>, ProblemHttpResult>> GetPerformanceAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/v1/endpoints/{name}/performance")] HttpRequest request,
        string name,
        CancellationToken cancellationToken)
    {
        var (tenant, endpoint) = (request.Caller().Tenant, EndpointRequests.Name(name));
        var range = Range(request);
        if (!await IsKnownAsync(tenant, endpoint, cancellationToken))
        {
            return Problems.NotFound(EndpointRequests.NoEndpoint(name));
        }

        var report = await performance.MeasureAsync(tenant, endpoint, range, cancellationToken);
        return TypedResults.Ok(new EndpointPerformanceView(
            endpoint, range.From, range.To, report.Arms, report.MissingRecords, report.Gaps));
    }

    private LogRange Range(HttpRequest request) => LogRanges.Read(request.Query["from"], request.Query["to"], time.GetUtcNow());

    /// <remarks>What a removed endpoint has predicted can still be read.</remarks>
    private async Task<bool> IsKnownAsync(TenantId tenant, EndpointName endpoint, CancellationToken cancellationToken) =>
        await endpoints.FindAsync(tenant, endpoint, cancellationToken) is not null
        || await log.HasAnyAsync(tenant, endpoint, cancellationToken);

    private static void Require(bool holds, string field, string expected)
    {
        if (!holds)
        {
            throw new ProblemException(StatusCodes.Status400BadRequest, new FieldError(field, expected));
        }
    }
}

/// <summary>How the versions behind an endpoint did.</summary>
/// <param name="MissingRecords">How many requests the log of the range's hours is known to lack.</param>
/// <param name="Gaps">In how many places it lacks some, or may.</param>
public sealed record EndpointPerformanceView(
    EndpointName Endpoint,
    DateTimeOffset From,
    DateTimeOffset To,
    IReadOnlyList<ArmPerformance> Arms,
    long MissingRecords,
    int Gaps);
