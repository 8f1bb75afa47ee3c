using System.Text.Json;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Converters;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mlops;

/// <summary>A call of an activity or sub-orchestration as an orchestrator made it.</summary>
public sealed record FakeCall(string Activity, object? Input);

/// <summary>An orchestration context for tests of what an orchestrator decides: activities are answered by lambdas.</summary>
/// <remarks>
/// Inputs and results take the way through JSON that they take in a real host. Time is the orchestrator's own: a timer is over at
/// once and moves the clock to where it was to fire. A lambda that throws is a task that failed; retry policies and handlers
/// apply. What only a host can show (replay, timers against events, restarts) is tested on one.
/// </remarks>
public sealed class FakeOrchestration(object? input = null) : TaskOrchestrationContext
{
    private static readonly JsonDataConverter Converter = new(new JsonSerializerOptions { PropertyNameCaseInsensitive = true });

    private readonly Dictionary<string, Func<string?, Task<object?>>> _answers = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<(string Name, object? Payload)> _events = [];
    private DateTime _now = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);
    private int _step;
    private int _guids;

    /// <summary>Every attempt, in order.</summary>
    public List<FakeCall> Calls { get; } = [];

    /// <summary>Every custom status set, in order, as JSON.</summary>
    public List<string?> Statuses { get; } = [];

    /// <summary>Events the orchestrator sent.</summary>
    public List<(string InstanceId, string Name, object? Payload)> Sent { get; } = [];

    /// <summary>What the orchestrator wants to begin again with, if it does.</summary>
    public ContinueAsNewOptions? Restart { get; private set; }

    public override TaskName Name => "orchestration";

    public override string InstanceId => "instance";

    public override ParentOrchestrationInstance? Parent => null;

    public override DateTime CurrentUtcDateTime => _now;

    public override bool IsReplaying => false;

    protected override ILoggerFactory LoggerFactory => NullLoggerFactory.Instance;

    /// <summary>Answers calls of an activity or sub-orchestration.</summary>
    public FakeOrchestration On<TIn>(string name, Func<TIn, object?> answer) => OnAsync<TIn>(name, input => Task.FromResult(answer(input)));

    /// <summary>Answers calls of an activity by doing it.</summary>
    public FakeOrchestration OnAsync<TIn>(string name, Func<TIn, Task<object?>> answer)
    {
        _answers[name] = text => answer(text is null ? default! : Converter.Deserialize<TIn>(text)!);
        return this;
    }

    /// <summary>Has an event ready for whoever waits for it first.</summary>
    public FakeOrchestration Raise(string eventName, object? payload)
    {
        _events.Add((eventName, payload));
        return this;
    }

    public override T? GetInput<T>()
        where T : default => RoundTrip<T>(input);

    public override Task<TResult> CallActivityAsync<TResult>(TaskName name, object? input = null, TaskOptions? options = null) =>
        CallAsync<TResult>(name, input, options?.Retry);

    public override Task<TResult> CallSubOrchestratorAsync<TResult>(
        TaskName orchestratorName, object? input = null, TaskOptions? options = null) =>
        CallAsync<TResult>(orchestratorName, input, options?.Retry);

    public override Task CreateTimer(DateTime fireAt, CancellationToken cancellationToken)
    {
        _now = fireAt > _now ? fireAt : _now;
        return cancellationToken.IsCancellationRequested ? Task.FromCanceled(cancellationToken) : Task.CompletedTask;
    }

    /// <exception cref="InvalidOperationException">The event was not raised and nothing can end the wait.</exception>
    public override Task<T> WaitForExternalEvent<T>(string eventName, CancellationToken cancellationToken = default)
    {
        var next = _events.FindIndex(raised => string.Equals(raised.Name, eventName, StringComparison.OrdinalIgnoreCase));
        if (next >= 0)
        {
            var payload = _events[next].Payload;
            _events.RemoveAt(next);
            return Task.FromResult(RoundTrip<T>(payload)!);
        }

        if (!cancellationToken.CanBeCanceled)
        {
            throw new InvalidOperationException($"The orchestrator waits for the event '{eventName}', which the test does not raise.");
        }

        var waiting = new TaskCompletionSource<T>();
        cancellationToken.Register(() => waiting.TrySetCanceled(cancellationToken));
        return waiting.Task;
    }

    public override void SendEvent(string instanceId, string eventName, object payload) => Sent.Add((instanceId, eventName, payload));

    public override void SetCustomStatus(object? customStatus) => Statuses.Add(Converter.Serialize(customStatus));

    public override void ContinueAsNew(object? newInput = null, bool preserveUnprocessedEvents = true) =>
        ContinueAsNew(new ContinueAsNewOptions { NewInput = newInput, PreserveUnprocessedEvents = preserveUnprocessedEvents });

    public override void ContinueAsNew(ContinueAsNewOptions options) => Restart = options;

    public override Guid NewGuid() => new(++_guids, 0, 0, [0, 0, 0, 0, 0, 0, 0, 0]);

    /// <summary>What a retry policy's predicate takes: it was made for the exceptions of the Durable Task core.</summary>
    private static DurableTask.Core.Exceptions.TaskFailedException CoreFailure(TaskFailureDetails details) => new(details.ErrorMessage)
    {
        FailureDetails = new(details.ErrorType, details.ErrorMessage, details.StackTrace, innerFailure: null, isNonRetriable: false),
    };

    private static T? RoundTrip<T>(object? value) =>
        Converter.Serialize(value) is { } text ? Converter.Deserialize<T>(text) : default;

    private async Task<TResult> CallAsync<TResult>(TaskName name, object? input, TaskRetryOptions? retry)
    {
        var began = _now;
        for (var attempt = 1; ; attempt++)
        {
            var step = _step++;
            Calls.Add(new FakeCall(name.Name, input));
            try
            {
                return await AnswerAsync<TResult>(name.Name, step, input);
            }
            catch (TaskFailedException failure) when (retry is not null)
            {
                if (!await IsRetriedAsync(retry, failure, attempt, began))
                {
                    throw;
                }
            }
        }
    }

    private async Task<TResult> AnswerAsync<TResult>(string name, int step, object? input)
    {
        if (!_answers.TryGetValue(name, out var answer))
        {
            throw new InvalidOperationException($"The orchestrator called '{name}', which the test does not answer.");
        }

        try
        {
            return RoundTrip<TResult>(await answer(Converter.Serialize(input)))!;
        }
        catch (Exception failure) when (failure is not JsonException)
        {
            throw new TaskFailedException(name, step, failure);
        }
    }

    private async Task<bool> IsRetriedAsync(TaskRetryOptions retry, TaskFailedException failure, int attempt, DateTime began)
    {
        if (retry.Handler is { } handler)
        {
            return await handler(new RetryContext(this, attempt, failure.FailureDetails, _now - began, CancellationToken.None));
        }

        if (retry.Policy is not { } policy || attempt >= policy.MaxNumberOfAttempts || !policy.Handle(CoreFailure(failure.FailureDetails)))
        {
            return false;
        }

        var wait = policy.FirstRetryInterval * Math.Pow(policy.BackoffCoefficient, attempt - 1);
        _now += wait < policy.MaxRetryInterval ? wait : policy.MaxRetryInterval;
        return true;
    }
}
