using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Azure.Functions.Worker;
using Mlops.Http;
using Mlops.Tracking;

namespace Mlops.Api.Tracking;

/// <summary>A run's artifacts over HTTP.</summary>
public sealed class ArtifactFunctions(ArtifactStore artifacts)
{
    private const long MaxArtifactBytes = 5L * 1024 * 1024 * 1024;

    /// <summary>The files and folders directly in <c>?path=</c>, a folder, or in the run's root without one.</summary>
    [Function("ListArtifacts")]
    public async Task<Results<Ok<Page<ArtifactInfo>>, ProblemHttpResult>> ListAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/v1/runs/{runId}/artifacts")] HttpRequest request,
        string runId,
        CancellationToken cancellationToken)
    {
        var folder = request.Query["path"] is [{ Length: > 0 } path] ? TrackingRequest.Artifact(path) : null;
        return await artifacts.ListAsync(request.Caller().Tenant, runId, folder, cancellationToken) is { } found
            ? TypedResults.Ok(new Page<ArtifactInfo>(found, null))
            : TrackingRequest.NoRun(runId);
    }

    [Function("GetArtifact")]
    public async Task<Results<FileStreamHttpResult, ProblemHttpResult>> GetAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/v1/runs/{runId}/artifacts/{*path}")] HttpRequest request,
        string runId,
        string path,
        CancellationToken cancellationToken)
    {
        var artifact = TrackingRequest.Artifact(path);
        if (await artifacts.OpenReadAsync(request.Caller().Tenant, runId, artifact, cancellationToken) is not { } stream)
        {
            return Problems.NotFound($"Run '{runId}' has no artifact '{path}'.");
        }

        // An artifact is data, whatever a browser would make of it.
        request.HttpContext.Response.Headers.XContentTypeOptions = "nosniff";
        return TypedResults.Stream(stream, "application/octet-stream", path[(path.LastIndexOf('/') + 1)..]);
    }

    /// <summary>Stores the body, of whatever content type, as an artifact; one that is there already is replaced.</summary>
    [Function("PutArtifact")]
    public async Task<Results<Ok<ArtifactInfo>, ProblemHttpResult>> PutAsync(
        [HttpTrigger(AuthorizationLevel.Function, "put", Route = "api/v1/runs/{runId}/artifacts/{*path}")] HttpRequest request,
        string runId,
        string path,
        CancellationToken cancellationToken)
    {
        var artifact = TrackingRequest.Artifact(path);
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = MaxArtifactBytes;
        }

        return await artifacts.PutAsync(request.Caller().Tenant, runId, artifact, request.Body, cancellationToken) is { } put
            ? TypedResults.Ok(put)
            : TrackingRequest.NoRun(runId);
    }
}
