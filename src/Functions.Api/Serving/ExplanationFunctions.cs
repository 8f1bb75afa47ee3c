using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Azure.Functions.Worker;
using Mlops.Api.Registry;
using Mlops.Explanations;
using Mlops.Http;
using Mlops.Registry;
using Mlops.Serving;
using Mlops.Storage;

namespace Mlops.Api.Serving;

/// <summary>Explanations of predictions.</summary>
public sealed class ExplanationFunctions(EndpointRouter router, ModelStore models, ModelFiles files, IExplainerLoader explainers)
{
    private static readonly string[] MediaTypes = ["application/json"];

    private const int MaxRecords = 100;
    private const int MaxBudget = 65_536;

    /// <summary>Sampling scores every coalition with every background row, for each record.</summary>
    private const int MaxSampled = 50_000;

    /// <summary>Explains what a version predicts for records.</summary>
    [Function("ExplainModelVersion")]
    public async Task<Results<Ok<ExplanationView>, ProblemHttpResult>> ExplainVersionAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/v1/models/{name}/versions/{number:int}/explain")]
        HttpRequest request,
        string name,
        int number,
        CancellationToken cancellationToken)
    {
        var options = Options(request);
        using var body = await PredictionBody.ReadAsync(request, MediaTypes, cancellationToken);
        var tenant = request.Caller().Tenant;
        return await models.FindVersionAsync(tenant, RegistryRoute.Model(name), number, cancellationToken) is { } version
            ? await ExplainAsync(tenant, version, body, options, cancellationToken)
            : Problems.NotFound(RegistryRoute.NoVersion(name, number));
    }

    /// <summary>Explains what an endpoint predicts for records.</summary>
    [Function("Explain")]
    public async Task<Results<Ok<ExplanationView>, ProblemHttpResult>> ExplainAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/v1/endpoints/{name}/explain")] HttpRequest request,
        string name,
        CancellationToken cancellationToken)
    {
        var endpoint = EndpointRequests.Name(name);
        var options = Options(request);
        using var body = await PredictionBody.ReadAsync(request, MediaTypes, cancellationToken);
        var tenant = request.Caller().Tenant;
        switch (await router.AcquireAsync(tenant, endpoint, cancellationToken))
        {
            case RouteOutcome.Ready(var lease):
                using (lease)
                {
                    return await ExplainAsync(tenant, lease.Model.Version, body, options, cancellationToken);
                }

            case RouteOutcome.UnknownEndpoint:
                return Problems.NotFound(EndpointRequests.NoEndpoint(name));
            case RouteOutcome.Unavailable(var reason):
                request.HttpContext.Response.Headers.RetryAfter = "1";
                return Problems.Of(StatusCodes.Status503ServiceUnavailable, reason);
            default:
                throw new UnreachableException();
        }
    }

    private async Task<Results<Ok<ExplanationView>, ProblemHttpResult>> ExplainAsync(
        TenantId tenant, ModelVersion version, PredictionBody body, ExplanationOptions options, CancellationToken cancellationToken)
    {
        if (version.Signature.Tensors is not null)
        {
            return Problems.Conflict(
                $"Version {version.Number} of '{version.Model}' takes tensors; what is explained is what single features add.");
        }

        switch (new PredictionRequestReader(version.Signature).Read(body.Bytes))
        {
            case PredictionReading.Accepted(var rows):
                using (rows)
                {
                    return await ExplainAsync(tenant, version, rows, options, cancellationToken);
                }

            case PredictionReading.Refused(var errors):
                return Problems.BadRequest(
                    "The records are not what the model takes. See errors.",
                    [.. errors.Select(error => new FieldError(error.Path, error.Message))]);
            default:
                throw new UnreachableException();
        }
    }

    private async Task<Results<Ok<ExplanationView>, ProblemHttpResult>> ExplainAsync(
        TenantId tenant, ModelVersion version, FeatureRows rows, ExplanationOptions options, CancellationToken cancellationToken)
    {
        if (rows.Count > MaxRecords)
        {
            return Problems.BadRequest("Too many records.", [new FieldError("records", $"expected at most {MaxRecords} records")]);
        }

        if (await BackgroundAsync(tenant, version, cancellationToken) is not { } background)
        {
            return Problems.Conflict($"Version {version.Number} of '{version.Model}' was not trained here: it has no {BackgroundRows.File}.");
        }

        var onnx = await files.ReadOnnxAsync(tenant, version, cancellationToken);
        try
        {
            using var explainer = explainers.Load(onnx, version.Signature, background.Batch, options);
            if (explainer.Method is ExplanationMethod.KernelShap && (long)rows.Count * options.Budget > MaxSampled)
            {
                return Problems.BadRequest(
                    "Too much to sample.",
                    [new FieldError("budget", $"expected at most {MaxSampled / rows.Count} coalitions for {rows.Count} records")]);
            }

            return TypedResults.Ok(ExplanationView.Of(version, explainer, explainer.Explain(rows.Batch, cancellationToken)));
        }
        catch (ExplanationException unfit)
        {
            return Problems.BadRequest(unfit.Message, [new FieldError("method", unfit.Message)]);
        }
    }

    private async Task<BackgroundRows?> BackgroundAsync(TenantId tenant, ModelVersion version, CancellationToken cancellationToken)
    {
        await using var stream = await files.OpenReadAsync(tenant, version, BackgroundRows.File, cancellationToken);
        if (stream is null)
        {
            return null;
        }

        using var content = new MemoryStream();
        await stream.CopyToAsync(content, cancellationToken);
        return Documents.Read<BackgroundRows>(content.ToArray());
    }

    /// <summary><c>?method=</c>, <c>?budget=</c> and <c>?seed=</c>.</summary>
    private static ExplanationOptions Options(HttpRequest request)
    {
        var byDefault = new ExplanationOptions();
        var errors = new List<FieldError>();
        ExplanationMethod? method = null;
        if (request.Query.TryGetValue("method", out var named))
        {
            method = Enum.GetValues<ExplanationMethod>().Cast<ExplanationMethod?>()
                .FirstOrDefault(known => Name(known) == named);
            if (method is null)
            {
                errors.Add(new FieldError("method", $"expected one of {string.Join(", ", Enum.GetValues<ExplanationMethod>().Select(known => Name(known)))}"));
            }
        }

        var budget = (int)Whole("budget", byDefault.Budget, 2, MaxBudget);
        var seed = Whole("seed", byDefault.Seed, 0, long.MaxValue);
        return errors.Count is 0
            ? new ExplanationOptions(method, budget, seed)
            : throw new ProblemException(StatusCodes.Status400BadRequest, "The query is not valid. See errors.", errors);

        long Whole(string field, long otherwise, long least, long most)
        {
            if (!request.Query.TryGetValue(field, out var text))
            {
                return otherwise;
            }

            if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most)
            {
                return value;
            }

            errors.Add(new FieldError(field, $"expected a whole number from {least} to {most}"));
            return otherwise;
        }
    }

    private static string Name(ExplanationMethod? method) => System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName($"{method}");
}
