using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Mlops.Http;
using Mlops.Registry;
using ReproductionPage = Mlops.Http.Page<Mlops.Pipelines.Reproduction.ReproductionView>;

namespace Mlops.Pipelines.Reproduction;

/// <summary>Trains versions again and says whether the same comes out.</summary>
public sealed class ReproductionFunctions(ModelStore models, VersionRecords records, IdSource ids, TimeProvider time)
{
    private const string Route = "api/v1/models/{name}/versions/{number:int}/reproductions";

    /// <summary>Starts a reproduction. The same Idempotency-Key starts it once for a version, however often it is sent.</summary>
    [Function("StartReproduction")]
    public async Task<Results<Accepted<ReproductionView>, ProblemHttpResult>> StartAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = Route)] HttpRequest request,
        string name,
        int number,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken)
    {
        var (caller, model) = (request.Caller(), Model(name));
        if (await models.FindVersionAsync(caller.Tenant, model, number, cancellationToken) is not { } version)
        {
            return NoVersion(model, number);
        }

        if (!await records.IsThereAsync(caller.Tenant, version, cancellationToken))
        {
            return Problems.Conflict($"Version {number} of '{model}' was not trained here: it has no {ModelFiles.TrainingRecord}.");
        }

        var prefix = Instances(caller.Tenant, model, number);
        var id = IdempotencyKey.IdOf(request.Headers["Idempotency-Key"], ids, scope: $"{prefix}\n");
        await ScheduleOnceAsync(
            client,
            prefix + id,
            new ReproductionRequest(caller.Tenant.Value, id, caller.Name, model.Value, number, version.Sha256),
            cancellationToken);
        var view = await FindAsync(client, caller.Tenant, model, number, id, cancellationToken)
            ?? new ReproductionView(id, "pending", model.Value, number, time.GetUtcNow());
        return TypedResults.Accepted($"/api/v1/models/{model}/versions/{number}/reproductions/{id}", view);
    }

    [Function("GetReproduction")]
    public static async Task<Results<Ok<ReproductionView>, ProblemHttpResult>> GetAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = Route + "/{id}")] HttpRequest request,
        string name,
        int number,
        string id,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken) =>
        await FindAsync(client, request.Caller().Tenant, Model(name), number, id, cancellationToken) is { } view
            ? TypedResults.Ok(view)
            : Problems.NotFound($"Version {number} of '{name}' has no reproduction '{id}'.");

    [Function("ListReproductions")]
    public async Task<Results<Ok<ReproductionPage>, ProblemHttpResult>> ListAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = Route)] HttpRequest request,
        string name,
        int number,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken)
    {
        var (tenant, model, paging) = (request.Caller().Tenant, Model(name), Paging.From(request));
        if (await models.FindVersionAsync(tenant, model, number, cancellationToken) is null)
        {
            return NoVersion(model, number);
        }

        var prefix = Instances(tenant, model, number);
        var query = new OrchestrationQuery
        {
            InstanceIdPrefix = prefix,
            PageSize = paging.Limit,
            ContinuationToken = paging.Continuation,
            FetchInputsAndOutputs = true,
        };
        var pages = client.GetAllInstancesAsync(query).AsPages(paging.Continuation, paging.Limit);
        await foreach (var page in pages.WithCancellation(cancellationToken))
        {
            return TypedResults.Ok(new ReproductionPage(
                [.. page.Values.Select(instance =>
                    ReproductionView.Of(instance, instance.InstanceId[prefix.Length..], model.Value, number))],
                page.ContinuationToken));
        }

        return TypedResults.Ok(new ReproductionPage([], null));
    }

    private static async Task ScheduleOnceAsync(
        DurableTaskClient client, string instance, ReproductionRequest reproduction, CancellationToken cancellationToken)
    {
        if (await client.GetInstanceAsync(instance, cancellationToken) is not null)
        {
            return;
        }

        try
        {
            await client.ScheduleNewOrchestrationInstanceAsync(
                nameof(ReproduceVersion), reproduction, new StartOrchestrationOptions(instance), cancellationToken);
        }
        catch (InvalidOperationException)
        {
            // A request with the same key was quicker. If it was not that, this throws again.
            if (await client.GetInstanceAsync(instance, cancellationToken) is null)
            {
                throw;
            }
        }
    }

    private static async Task<ReproductionView?> FindAsync(
        DurableTaskClient client, TenantId tenant, ModelName model, int number, string id, CancellationToken cancellationToken)
    {
        // An id is 32 hexadecimal digits; nothing else can name an instance, not even by accident.
        var isId = id.Length is 32 && id.All(char.IsAsciiHexDigitLower);
        return isId && await client.GetInstanceAsync(
            Instances(tenant, model, number) + id, getInputsAndOutputs: true, cancellationToken) is { } instance
            ? ReproductionView.Of(instance, id, model.Value, number)
            : null;
    }

    /// <summary>What the instances of a version begin with. Names may have dots, so that a hash stands for the name.</summary>
    private static string Instances(TenantId tenant, ModelName model, int number)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(model.Value)).AsSpan(0, 16));
        return FormattableString.Invariant($"{tenant}.reproduction.{hash}.{number}.");
    }

    private static ModelName Model(string name) => Incoming.Value<ModelName>(
        name, "name", "1 to 128 letters, digits, dots, hyphens or underscores, first a letter or digit, last not a dot");

    private static ProblemHttpResult NoVersion(ModelName model, int number) =>
        Problems.NotFound($"Model '{model}' has no version {number}.");
}
