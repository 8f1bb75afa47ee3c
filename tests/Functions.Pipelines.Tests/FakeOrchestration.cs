using System.Text.Json;
using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mlops.Pipelines;

/// <summary>Answers an orchestrator's activities with functions and remembers what it asked. Messages travel as JSON, as they do in a host.</summary>
internal sealed class FakeOrchestration : TaskOrchestrationContext
{
    private readonly Dictionary<string, Func<string, Task<object?>>> _activities = [];
    private int _guids;

    public List<(string Activity, string Input)> Calls { get; } = [];

    public IEnumerable<string> Activities => Calls.Select(call => call.Activity);

    public object? CustomStatus { get; private set; }

    public override TaskName Name => "test";

    public override string InstanceId => "instance";

    public override ParentOrchestrationInstance? Parent => null;

    public override DateTime CurrentUtcDateTime { get; } = new(2026, 3, 1, 12, 0, 0, DateTimeKind.Utc);

    public override bool IsReplaying => false;

    protected override ILoggerFactory LoggerFactory => NullLoggerFactory.Instance;

    public FakeOrchestration On<TInput>(string activity, Func<TInput, object?> answer) =>
        OnAsync<TInput>(activity, input => Task.FromResult(answer(input)));

    public FakeOrchestration OnAsync<TInput>(string activity, Func<TInput, Task<object?>> answer)
    {
        _activities[activity] = json => answer(JsonSerializer.Deserialize<TInput>(json)!);
        return this;
    }

    public override async Task<TResult> CallActivityAsync<TResult>(TaskName name, object? input = null, TaskOptions? options = null)
    {
        var json = JsonSerializer.Serialize(input);
        Calls.Add((name.Name, json));
        try
        {
            return JsonSerializer.Deserialize<TResult>(JsonSerializer.Serialize(await _activities[name.Name](json)))!;
        }
        catch (Exception failure) when (failure is not KeyNotFoundException)
        {
            throw new TaskFailedException(name.Name, Calls.Count, failure);
        }
    }

    public override void SetCustomStatus(object? customStatus) => CustomStatus = customStatus;

    public override Guid NewGuid() => new(++_guids, 0, 0, new byte[8]);

    public override T? GetInput<T>()
        where T : default => throw new NotSupportedException();

    public override Task CreateTimer(DateTime fireAt, CancellationToken cancellationToken) => throw new NotSupportedException();

    public override Task<T> WaitForExternalEvent<T>(string eventName, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public override void SendEvent(string instanceId, string eventName, object payload) => throw new NotSupportedException();

    public override Task<TResult> CallSubOrchestratorAsync<TResult>(TaskName orchestratorName, object? input = null, TaskOptions? options = null) =>
        throw new NotSupportedException();

    public override void ContinueAsNew(object? newInput = null, bool preserveUnprocessedEvents = true) => throw new NotSupportedException();
}
