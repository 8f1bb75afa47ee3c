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

namespace Mlops.Api.Serving;

/// <summary>Explanations of predictions.</summary>
public sealed class ExplanationFunctions(EndpointRouter router, ModelStore models, ExplanationEdge explanations)
{
    private const int MaxBudget = 65_536;

    private static readonly string[] MediaTypes = ["application/json"];

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
            ? TypedResults.Ok(await explanations.ExplainAsync(tenant, version, body, RequestForm.Native, options, cancellationToken))
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
                    return TypedResults.Ok(await explanations.ExplainAsync(
                        tenant, lease.Model.Version, body, RequestForm.Native, options, cancellationToken));
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
