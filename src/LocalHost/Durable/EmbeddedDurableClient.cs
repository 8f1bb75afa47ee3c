using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Mlops.LocalHost.Durable;

/// <summary>The official durable client on top of the embedded engine. Safe for concurrent use.</summary>
public sealed class EmbeddedDurableClient(DurableEngine engine) : DurableTaskClient(engine.Options.HubName)
{
    private DataConverter Converter => engine.Options.DataConverter;

    /// <exception cref="InvalidOperationException">
    /// The id belongs to an instance whose status keeps it from being used again: by default one that has not ended. The official
    /// client throws a subclass of it.
    /// </exception>
    /// <exception cref="ArgumentException">The id is not one, the input is too large or a dedupe status is unknown.</exception>
    public override async Task<string> ScheduleNewOrchestrationInstanceAsync(
        TaskName orchestratorName,
        object? input = null,
        StartOrchestrationOptions? options = null,
        CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(orchestratorName.Name, nameof(orchestratorName));
        var request = new NewInstance(
            options?.InstanceId ?? engine.Ids.NewId(),
            orchestratorName.Name,
            Payload.Serialize(Converter, input, "input"),
            OccupiedBy(options),
            options?.Version?.Version,
            options?.StartAt,
            options?.Tags);
        return await engine.CreateAsync(request, cancellation) is CreateOutcome.Refused refused
            ? throw new InvalidOperationException(
                $"An orchestration instance with the ID '{request.Id}' exists already and is {refused.Status}.")
            : request.Id;
    }

    public override Task RaiseEventAsync(
        string instanceId, string eventName, object? eventPayload = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(eventName);
        return engine.TellAsync(
            instanceId, new EventRaised(eventName, Payload.Serialize(Converter, eventPayload, "event")), cancellation);
    }

    public override Task TerminateInstanceAsync(
        string instanceId, TerminateInstanceOptions? options = null, CancellationToken cancellation = default) =>
        engine.TellAsync(
            instanceId,
            new Terminated(Payload.Serialize(Converter, options?.Output, "output"), options?.Recursive ?? false),
            cancellation);

    public override Task SuspendInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default) =>
        engine.TellAsync(instanceId, new Suspended(reason), cancellation);

    public override Task ResumeInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default) =>
        engine.TellAsync(instanceId, new Resumed(reason), cancellation);

    public override async Task<OrchestrationMetadata?> GetInstancesAsync(
        string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default) =>
        await engine.Store.FindAsync(instanceId, cancellation) is { State: var state }
            ? await DescribeAsync(state, getInputsAndOutputs, cancellation)
            : null;

    /// <exception cref="ArgumentException">There is no such instance.</exception>
    public override Task<OrchestrationMetadata> WaitForInstanceStartAsync(
        string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default) =>
        WaitAsync(instanceId, state => state.Status is not OrchestrationRuntimeStatus.Pending, getInputsAndOutputs, cancellation);

    /// <exception cref="ArgumentException">There is no such instance.</exception>
    public override Task<OrchestrationMetadata> WaitForInstanceCompletionAsync(
        string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default) =>
        WaitAsync(instanceId, state => state.IsOver, getInputsAndOutputs, cancellation);

    public override AsyncPageable<OrchestrationMetadata> GetAllInstancesAsync(OrchestrationQuery? filter = null)
    {
        var query = filter ?? new OrchestrationQuery();
        return Pageable.Create<OrchestrationMetadata>(async (continuation, size, cancellation) =>
        {
            var page = await ListAsync(
                query.InstanceIdPrefix,
                continuation ?? query.ContinuationToken,
                size ?? query.PageSize,
                state => Matches(state, query.CreatedFrom, query.CreatedTo, query.Statuses),
                cancellation);
            var described = new List<OrchestrationMetadata>(page.States.Count);
            foreach (var state in page.States)
            {
                described.Add(await DescribeAsync(state, query.FetchInputsAndOutputs, cancellation));
            }

            return new Page<OrchestrationMetadata>(described, page.Continuation);
        });
    }

    public override async Task<Page<string>> ListInstanceIdsAsync(
        IEnumerable<OrchestrationRuntimeStatus>? runtimeStatus = null,
        DateTimeOffset? completedTimeFrom = null,
        DateTimeOffset? completedTimeTo = null,
        int pageSize = OrchestrationQuery.DefaultPageSize,
        string? lastInstanceKey = null,
        CancellationToken cancellation = default)
    {
        var page = await ListAsync(
            null,
            lastInstanceKey,
            pageSize,
            state => Matches(state, null, null, runtimeStatus)
                && (completedTimeFrom is null || state.CompletedAt >= completedTimeFrom)
                && (completedTimeTo is null || state.CompletedAt <= completedTimeTo),
            cancellation);
        return new Page<string>([.. page.States.Select(state => state.Id)], page.Continuation);
    }

    public override async Task<PurgeResult> PurgeInstanceAsync(
        string instanceId, PurgeInstanceOptions? options = null, CancellationToken cancellation = default) =>
        new(await PurgeAsync(instanceId, options?.Recursive ?? false, cancellation), isComplete: true);

    /// <exception cref="ArgumentOutOfRangeException">The filter's timeout is not positive.</exception>
    public override async Task<PurgeResult> PurgeAllInstancesAsync(
        PurgeInstancesFilter filter, PurgeInstanceOptions? options = null, CancellationToken cancellation = default)
    {
        if (filter.Timeout <= TimeSpan.Zero)
        {
            throw new ArgumentOutOfRangeException(nameof(filter), filter.Timeout, "The timeout is positive.");
        }

        var until = engine.Time.GetUtcNow() + filter.Timeout;
        var count = 0;
        await foreach (var id in engine.Store.ListAsync(null, null, cancellation))
        {
            if (engine.Time.GetUtcNow() > until)
            {
                return new PurgeResult(count, isComplete: false);
            }

            if (await engine.Store.FindAsync(id, cancellation) is { State: { IsOver: true } state }
                && Matches(state, filter.CreatedFrom, filter.CreatedTo, filter.Statuses))
            {
                count += await PurgeAsync(id, options?.Recursive ?? false, cancellation);
            }
        }

        return new PurgeResult(count, isComplete: true);
    }

    /// <exception cref="ArgumentException">There is no such instance.</exception>
    /// <exception cref="InvalidOperationException">The instance is to keep its id and has not ended.</exception>
    public override async Task<string> RestartAsync(
        string instanceId, bool restartWithNewInstanceId = false, CancellationToken cancellation = default)
    {
        var state = await FindAsync(instanceId, cancellation);
        var request = new NewInstance(
            restartWithNewInstanceId ? engine.Ids.NewId() : instanceId,
            state.Name,
            await engine.Store.InputAsync(state, cancellation),
            NewInstance.OccupiedByDefault,
            state.Version,
            Tags: state.Tags);
        return await engine.CreateAsync(request, cancellation) is CreateOutcome.Refused
            ? throw new InvalidOperationException($"An orchestration with the instanceId {instanceId} cannot be restarted.")
            : request.Id;
    }

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static IReadOnlySet<OrchestrationRuntimeStatus> OccupiedBy(StartOrchestrationOptions? options)
    {
        if (options?.DedupeStatuses is not { } statuses)
        {
            return NewInstance.OccupiedByDefault;
        }

        return statuses
            .Select(text => Enum.TryParse<OrchestrationRuntimeStatus>(text, ignoreCase: true, out var status)
                ? status
                : throw new ArgumentException($"Invalid orchestration runtime status: '{text}' for deduplication.", nameof(options)))
            .ToHashSet();
    }

    private static bool Matches(
        InstanceState state, DateTimeOffset? from, DateTimeOffset? to, IEnumerable<OrchestrationRuntimeStatus>? statuses) =>
        (from is null || state.CreatedAt >= from)
        && (to is null || state.CreatedAt <= to)
        && (statuses is null || !statuses.Any() || statuses.Contains(state.Status));

    private async Task<InstanceState> FindAsync(string instanceId, CancellationToken cancellation) =>
        await engine.Store.FindAsync(instanceId, cancellation) is { State: var state }
            ? state
            : throw new ArgumentException($"An orchestration with the instanceId {instanceId} was not found.", nameof(instanceId));

    private async Task<OrchestrationMetadata> WaitAsync(
        string instanceId, Func<InstanceState, bool> isReached, bool withData, CancellationToken cancellation)
    {
        while (true)
        {
            var change = engine.Signals.Next(instanceId);
            var state = await FindAsync(instanceId, cancellation);
            if (isReached(state))
            {
                return await DescribeAsync(state, withData, cancellation);
            }

            await change.WaitAsync(cancellation);
        }
    }

    private async Task<(List<InstanceState> States, string? Continuation)> ListAsync(
        string? prefix, string? after, int size, Func<InstanceState, bool> isWanted, CancellationToken cancellation)
    {
        var states = new List<InstanceState>();
        await foreach (var id in engine.Store.ListAsync(prefix, after, cancellation))
        {
            if (await engine.Store.FindAsync(id, cancellation) is { State: var state } && isWanted(state))
            {
                if (states.Count == size)
                {
                    return (states, states[^1].Id);
                }

                states.Add(state);
            }
        }

        return (states, null);
    }

    private async Task<int> PurgeAsync(string instanceId, bool recursive, CancellationToken cancellation)
    {
        var children = recursive && await engine.Store.FindAsync(instanceId, cancellation) is { State: { IsOver: true } state }
            ? await engine.Store.HistoryAsync(instanceId, state.Generation, state.Batches, cancellation)
            : [];
        var count = await engine.PurgeAsync(instanceId, cancellation) ? 1 : 0;
        foreach (var child in children.OfType<SubOrchestrationScheduled>().Select(child => child.InstanceId).Distinct())
        {
            count += await PurgeAsync(child, recursive, cancellation);
        }

        return count;
    }

    private async Task<OrchestrationMetadata> DescribeAsync(InstanceState state, bool withData, CancellationToken cancellation) =>
        new(state.Name, state.Id)
        {
            RuntimeStatus = state.Status,
            CreatedAt = state.CreatedAt,
            LastUpdatedAt = state.UpdatedAt,
            SerializedCustomStatus = state.CustomStatus,
            SerializedInput = withData ? await engine.Store.InputAsync(state, cancellation) : null,
            SerializedOutput = withData && state.IsOver ? await engine.Store.OutputAsync(state, cancellation) : null,
            FailureDetails = state.Failure?.ToDetails(),
            DataConverter = withData ? Converter : null,
            Tags = state.Tags ?? new Dictionary<string, string>(),
        };
}
