using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Azure.Functions.Worker;
using Mlops.Http;
using Mlops.Registry;
using Mlops.Training;

namespace Mlops.Api.Registry;

/// <summary>The evaluation report of a model version.</summary>
public sealed class ModelReportFunctions(ModelStore models, ModelFiles files)
{
    /// <summary>The page is ours, but names in it are from the data: it may draw itself and nothing else.</summary>
    private const string ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

    /// <summary>As a page for people where <c>Accept</c> prefers HTML, else as JSON.</summary>
    [Function("GetModelReport")]
    public async Task<Results<FileStreamHttpResult, ProblemHttpResult>> GetAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/v1/models/{name}/versions/{number:int}/report")] HttpRequest request,
        string name,
        int number,
        CancellationToken cancellationToken)
    {
        var tenant = request.Caller().Tenant;
        if (await models.FindVersionAsync(tenant, RegistryRoute.Model(name), number, cancellationToken) is not { } version)
        {
            return Problems.NotFound(RegistryRoute.NoVersion(name, number));
        }

        var isPage = PrefersHtml(request);
        var file = isPage ? ModelFiles.Report : ModelFiles.Evaluation;
        if (await files.OpenReadAsync(tenant, version, file, cancellationToken) is not { } stream)
        {
            return Problems.NotFound($"Version {number} of '{name}' has no {file}; it was not trained here.");
        }

        var headers = request.HttpContext.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.Vary = "Accept";
        if (isPage)
        {
            headers.ContentSecurityPolicy = ContentSecurityPolicy;
        }

        return isPage
            ? TypedResults.Stream(await JudgedAsync(stream, version, cancellationToken), "text/html; charset=utf-8")
            : TypedResults.Stream(stream, "application/json");
    }

    /// <summary>The page with the verdict that the version carries now: the page itself was written before there was one.</summary>
    private static async Task<MemoryStream> JudgedAsync(Stream page, ModelVersion version, CancellationToken cancellationToken)
    {
        await using (page)
        {
            using var content = new MemoryStream();
            await page.CopyToAsync(content, cancellationToken);
            return new MemoryStream(HtmlReport.WithVerdict(content.ToArray(), version.Verdict), writable: false);
        }
    }

    private static bool PrefersHtml(HttpRequest request)
    {
        var accepted = request.GetTypedHeaders().Accept;
        return Quality("text/html") > Quality("application/json");

        double Quality(string type) => accepted
            .Where(range => range.MediaType.Equals(type, StringComparison.OrdinalIgnoreCase))
            .Select(range => range.Quality ?? 1)
            .DefaultIfEmpty(0)
            .Max();
    }
}
