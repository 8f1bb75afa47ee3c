using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;

namespace Mlops.LocalHost.Durable;

/// <summary>The official orchestration context on top of an <see cref="Execution"/>.</summary>
internal sealed class ReplayedContext(Execution execution, string? input, DataConverter converter, ILoggerFactory loggers)
    : TaskOrchestrationContext
{
    private int _guids;

    public override TaskName Name => execution.State.Name;

    public override string InstanceId => execution.State.Id;

    public override string Version => execution.State.Version ?? string.Empty;

    public override ParentOrchestrationInstance? Parent =>
        execution.State.Parent is { } parent ? new ParentOrchestrationInstance(parent.Name, parent.InstanceId) : null;

    public override DateTime CurrentUtcDateTime => execution.Now.UtcDateTime;

    public override bool IsReplaying => execution.IsReplaying;

    public override IReadOnlyDictionary<string, object?> Properties { get; } = new Dictionary<string, object?>();

    protected override ILoggerFactory LoggerFactory => loggers;

    public override T? GetInput<T>()
        where T : default => Deserialize<T>(input);

    public override Task<TResult> CallActivityAsync<TResult>(TaskName name, object? input = null, TaskOptions? options = null)
    {
        execution.Thread.RequireHere(nameof(CallActivityAsync));
        RequireName(name, input, options);
        var text = Serialize(input, "input");
        return Retries.RunAsync(
            this,
            options?.Retry,
            async () => await execution.TakeStep(id => new TaskScheduled(id, name.Name, text)) switch
            {
                TaskCompleted completed => Deserialize<TResult>(completed.Output),
                TaskFailed failed => throw new TaskFailedException(name.Name, failed.Id, failed.Failure.ToDetails()),
                var other => throw Unexpected(other),
            });
    }

    public override Task<TResult> CallSubOrchestratorAsync<TResult>(
        TaskName orchestratorName, object? input = null, TaskOptions? options = null)
    {
        execution.Thread.RequireHere(nameof(CallSubOrchestratorAsync));
        RequireName(orchestratorName, input, options);
        var text = Serialize(input, "input");
        var child = (options as SubOrchestrationOptions)?.InstanceId ?? NewGuid().ToString("N");
        InstanceKey.Of(child);
        return Retries.RunAsync(
            this,
            options?.Retry,
            async () => await execution.TakeStep(
                id => new SubOrchestrationScheduled(id, orchestratorName.Name, child, text, options?.Version?.Version)) switch
            {
                SubOrchestrationCompleted completed => Deserialize<TResult>(completed.Output),
                SubOrchestrationFailed failed =>
                    throw new TaskFailedException(orchestratorName.Name, failed.Id, failed.Failure.ToDetails()),
                var other => throw Unexpected(other),
            });
    }

    public override async Task CreateTimer(DateTime fireAt, CancellationToken cancellationToken)
    {
        execution.Thread.RequireHere(nameof(CreateTimer));
        cancellationToken.ThrowIfCancellationRequested();

        // Not awaited at its disposal: when the orchestrator itself cancels, this code runs inside that very callback.
        var step = 0;
        var fired = execution.TakeStep(id => new TimerCreated(step = id, new DateTimeOffset(fireAt.ToUniversalTime())));
        using var registration = cancellationToken.UnsafeRegister((_, token) => execution.CancelTimer(step, token), null);
        await fired;
    }

    public override async Task<T> WaitForExternalEvent<T>(string eventName, CancellationToken cancellationToken = default)
    {
        execution.Thread.RequireHere("WaitForExternalEvent");
        ArgumentException.ThrowIfNullOrEmpty(eventName);
        cancellationToken.ThrowIfCancellationRequested();
        var raised = await execution.Events.WaitAsync(eventName, typeof(T), cancellationToken);
        return Deserialize<T>(raised.Input);
    }

    public override void SendEvent(string instanceId, string eventName, object payload)
    {
        execution.Thread.RequireHere(nameof(SendEvent));
        InstanceKey.Of(instanceId);
        ArgumentException.ThrowIfNullOrEmpty(eventName);
        var text = Serialize(payload, "event");
        execution.Record(id => new EventSent(id, instanceId, eventName, text));
    }

    /// <exception cref="ArgumentException">The status is longer than <see cref="DurableOptions.MaxCustomStatusBytes"/>.</exception>
    public override void SetCustomStatus(object? customStatus)
    {
        execution.Thread.RequireHere(nameof(SetCustomStatus));
        var text = converter.Serialize(customStatus);
        if (text?.Length * sizeof(char) > DurableOptions.MaxCustomStatusBytes)
        {
            throw new ArgumentException(
                $"The custom status has {text?.Length * sizeof(char)} bytes of UTF-16; it holds {DurableOptions.MaxCustomStatusBytes}.",
                nameof(customStatus));
        }

        execution.CustomStatus = text;
    }

    public override void ContinueAsNew(object? newInput = null, bool preserveUnprocessedEvents = true) =>
        ContinueAsNew(new ContinueAsNewOptions { NewInput = newInput, PreserveUnprocessedEvents = preserveUnprocessedEvents });

    public override void ContinueAsNew(ContinueAsNewOptions options)
    {
        execution.Thread.RequireHere(nameof(ContinueAsNew));
        execution.Restart = (
            Serialize(options.NewInput, "input"),
            options.PreserveUnprocessedEvents,
            string.IsNullOrWhiteSpace(options.NewVersion) ? execution.State.Version : options.NewVersion);
    }

    /// <remarks>A version 8 UUID (RFC 9562): a hash of the instance, its generation, its clock and a counter.</remarks>
    public override Guid NewGuid()
    {
        execution.Thread.RequireHere(nameof(NewGuid));
        var name = string.Create(
            CultureInfo.InvariantCulture,
            $"{InstanceId}|{execution.State.ExecutionId}|{execution.State.Generation}|{execution.Now.UtcTicks}|{_guids++}");
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(name));
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash.AsSpan(0, 16), bigEndian: true);
    }

    /// <exception cref="ArgumentException">The text is longer than <see cref="DurableOptions.MaxPayloadBytes"/>.</exception>
    public string? Serialize(object? value, string what) => Payload.Serialize(converter, value, what);

    private static void RequireName(TaskName name, object? input, TaskOptions? options)
    {
        if (string.IsNullOrEmpty(name.Name))
        {
            throw new ArgumentException("A task has a name.", nameof(name));
        }

        if (input is TaskOptions && options is null)
        {
            throw new ArgumentException("Options were given as the input; pass them as options.", nameof(input));
        }
    }

    private static InvalidDataException Unexpected(HistoryEvent ending) => new($"A step ended as {ending.GetType().Name}.");

    // As the official worker does it, a task that returned nothing gives the default of what was asked for.
    private T Deserialize<T>(string? text) => text is null ? default! : converter.Deserialize<T>(text);
}
