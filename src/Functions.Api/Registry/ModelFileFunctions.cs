using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Azure.Functions.Worker;
using Mlops.Http;
using Mlops.Registry;

namespace Mlops.Api.Registry;

/// <summary>The files of a model version.</summary>
public sealed class ModelFileFunctions(ModelStore models, ModelFiles files)
{
    [Function("ListModelFiles")]
    public async Task<Results<Ok<Page<ModelFile>>, ProblemHttpResult>> ListAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/v1/models/{name}/versions/{number:int}/files")] HttpRequest request,
        string name,
        int number,
        CancellationToken cancellationToken)
    {
        var tenant = request.Caller().Tenant;
        return await models.FindVersionAsync(tenant, RegistryRoute.Model(name), number, cancellationToken) is { } version
            ? TypedResults.Ok(new Page<ModelFile>(await files.ListAsync(tenant, version, cancellationToken), null))
            : Problems.NotFound(RegistryRoute.NoVersion(name, number));
    }

    [Function("GetModelFile")]
    public async Task<Results<FileStreamHttpResult, ProblemHttpResult>> GetAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/v1/models/{name}/versions/{number:int}/files/{*path}")]
        HttpRequest request,
        string name,
        int number,
        string path,
        CancellationToken cancellationToken)
    {
        var tenant = request.Caller().Tenant;
        if (await models.FindVersionAsync(tenant, RegistryRoute.Model(name), number, cancellationToken) is not { } version)
        {
            return Problems.NotFound(RegistryRoute.NoVersion(name, number));
        }

        if (await files.OpenReadAsync(tenant, version, path, cancellationToken) is not { } stream)
        {
            return Problems.NotFound($"Version {number} of '{name}' has no such file.");
        }

        // A file of a model is data, whatever a browser would make of it.
        request.HttpContext.Response.Headers.XContentTypeOptions = "nosniff";
        return TypedResults.Stream(stream, ContentType(path), path[(path.LastIndexOf('/') + 1)..]);
    }

    private static string ContentType(string path) => Path.GetExtension(path) switch
    {
        ".json" => "application/json",
        ".md" => "text/markdown; charset=utf-8",
        "" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    };
}
