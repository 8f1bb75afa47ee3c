using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Mlops.Http;
using Mlops.Pipelines.Studies;
using Mlops.Storage;
using Mlops.Tracking;
using Mlops.Training;
using TrainingPage = Mlops.Http.Page<Mlops.Pipelines.Training.TrainingView>;

namespace Mlops.Pipelines.Training;

/// <summary>Starts, shows, follows and cancels trainings.</summary>
public sealed class TrainingFunctions(
    IEnumerable<ILearner> learners,
    TrainingViews views,
    TrainingFiles files,
    TrainingProgressBoard board,
    RunStore runs,
    TrialRuns trials,
    IdSource ids,
    TimeProvider time)
{
    /// <summary>A spec travels with every step, in messages that hold 256 KiB.</summary>
    private const int MaxSpecBytes = 64 * 1024;

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// Starts a training. The same Idempotency-Key starts it once, however often it is sent; with another spec it is refused.
    /// </summary>
    [Function("StartTraining")]
    public async Task<Accepted<TrainingView>> StartAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/v1/training")] HttpRequest request,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken)
    {
        var spec = await Incoming.BodyAsync<TrainingSpec>(request, cancellationToken);
        if (Documents.Write(spec).Length > MaxSpecBytes)
        {
            throw new ProblemException(
                StatusCodes.Status413PayloadTooLarge, new FieldError("body", $"expected a spec of at most {MaxSpecBytes} bytes"));
        }

        var caller = request.Caller();
        List<SpecError> errors =
        [
            .. TrainingSpecCheck.Check(spec, [.. learners]), .. await WarmStartErrorsAsync(caller.Tenant, spec.Search, cancellationToken),
        ];
        if (errors.Count > 0)
        {
            throw new ProblemException(
                StatusCodes.Status400BadRequest,
                "The training spec is not valid. See errors.",
                [.. errors.Select(error => new FieldError(error.Path, error.Problem))]);
        }

        var id = IdempotencyKey.IdOf(request.Headers["Idempotency-Key"], ids);
        var instance = Instance(caller.Tenant, id);
        if (await client.GetInstanceAsync(instance, cancellationToken) is null)
        {
            await ScheduleAsync(client, instance, new TrainingRequest(caller.Tenant.Value, id, caller.Name, spec), cancellationToken);
        }

        var view = await views.FindAsync(client, caller.Tenant, id, cancellationToken)
            ?? new TrainingView(id, "pending", time.GetUtcNow(), spec);
        if (!Documents.Write(view.Spec).AsSpan().SequenceEqual(Documents.Write(spec)))
        {
            throw new ProblemException(
                StatusCodes.Status422UnprocessableEntity,
                new FieldError("Idempotency-Key", $"expected a new key: with this one the training '{id}' was started by another spec"));
        }

        return TypedResults.Accepted($"/api/v1/training/{id}", view);
    }

    [Function("GetTraining")]
    public async Task<Results<Ok<TrainingView>, ProblemHttpResult>> GetAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/v1/training/{id}")] HttpRequest request,
        string id,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken) =>
        await views.FindAsync(client, request.Caller().Tenant, id, cancellationToken) is { } view
            ? TypedResults.Ok(view)
            : Unknown(id);

    [Function("ListTrainings")]
    public static async Task<Ok<TrainingPage>> ListAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/v1/training")] HttpRequest request,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken)
    {
        var paging = Paging.From(request);
        var tenant = request.Caller().Tenant;
        var query = new OrchestrationQuery
        {
            InstanceIdPrefix = Instance(tenant, ""),
            PageSize = paging.Limit,
            ContinuationToken = paging.Continuation,
            FetchInputsAndOutputs = true,
        };
        var pages = client.GetAllInstancesAsync(query).AsPages(paging.Continuation, paging.Limit);
        await foreach (var page in pages.WithCancellation(cancellationToken))
        {
            return TypedResults.Ok(new TrainingPage(
                [.. page.Values.Select(instance =>
                    TrainingView.Of(instance, instance.InstanceId[Instance(tenant, "").Length..], progress: null))],
                page.ContinuationToken));
        }

        return TypedResults.Ok(new TrainingPage([], null));
    }

    /// <summary>The training as server-sent events: one whenever something has changed, the last when it has ended.</summary>
    [Function("FollowTraining")]
    public async Task<Results<ServerSentEventsResult<string>, ProblemHttpResult>> FollowAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/v1/training/{id}/events")] HttpRequest request,
        string id,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken)
    {
        var tenant = request.Caller().Tenant;
        return await views.FindAsync(client, tenant, id, cancellationToken) is { } first
            ? TypedResults.ServerSentEvents(ChangesAsync(client, tenant, first, cancellationToken))
            : Unknown(id);
    }

    /// <summary>Stops a training. One that has ended stays as it is.</summary>
    [Function("CancelTraining")]
    public async Task<Results<Ok<TrainingView>, ProblemHttpResult>> CancelAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/v1/training/{id}/cancel")] HttpRequest request,
        string id,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken)
    {
        var tenant = request.Caller().Tenant;
        if (await views.FindAsync(client, tenant, id, cancellationToken) is not { } view)
        {
            return Unknown(id);
        }

        if (view.HasEnded)
        {
            return TypedResults.Ok(view);
        }

        await board.RequestCancelAsync(tenant, id, cancellationToken);
        await client.TerminateInstanceAsync(
            Instance(tenant, id), new TerminateInstanceOptions("cancelled", Recursive: true), cancellationToken);
        await client.WaitForInstanceCompletionAsync(Instance(tenant, id), cancellationToken);
        await trials.CancelAllAsync(tenant, id, cancellationToken);
        var ended = await views.FindAsync(client, tenant, id, cancellationToken) ?? view;
        if (ended is { State: "cancelled", Status.RunId: { } run })
        {
            await runs.FinishAsync(tenant, run, RunStatus.Killed, time.GetUtcNow(), cancellationToken);
        }

        return TypedResults.Ok(ended);
    }

    private static async Task ScheduleAsync(
        DurableTaskClient client, string instance, TrainingRequest training, CancellationToken cancellationToken)
    {
        try
        {
            await client.ScheduleNewOrchestrationInstanceAsync(
                nameof(TrainModel), training, new StartOrchestrationOptions(instance), cancellationToken);
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

    private static ProblemHttpResult Unknown(string id) => Problems.NotFound($"There is no training '{id}'.");

    private static string Instance(TenantId tenant, string id) => TrainingViews.Instance(tenant, id);

    private async Task<IReadOnlyList<SpecError>> WarmStartErrorsAsync(
        TenantId tenant, SearchSpec? search, CancellationToken cancellationToken)
    {
        var errors = new List<SpecError>();
        for (var i = 0; i < (search?.WarmStart?.Count ?? 0); i++)
        {
            if (search?.WarmStart?[i] is not { } earlier
                || !TrainingViews.IsId(earlier)
                || !await files.ExistsAsync(tenant, earlier, TrainingFiles.StudyPlan, cancellationToken))
            {
                errors.Add(new SpecError($"search.warmStart[{i}]", "expected the id of an earlier training that searched"));
            }
        }

        return errors;
    }

    private async IAsyncEnumerable<SseItem<string>> ChangesAsync(
        DurableTaskClient client, TenantId tenant, TrainingView first, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(BetweenLooks, time);
        var view = first;
        string? shown = null;
        do
        {
            view = await views.FindAsync(client, tenant, view.Id, cancellationToken) ?? view;
            var text = Encoding.UTF8.GetString(Documents.Write(view));
            if (text != shown)
            {
                shown = text;
                yield return new SseItem<string>(text, "training");
            }
        }
        while (!view.HasEnded && await timer.WaitForNextTickAsync(cancellationToken));
    }
}
