using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Mlops.LocalHost.Durable;

/// <summary>A recorded step that calls an activity.</summary>
internal sealed record ActivityWork(string InstanceId, string ExecutionId, int Generation, TaskScheduled Step);

/// <summary>Runs activities, a bounded number at a time, and hands back how they ended.</summary>
/// <remarks>
/// Work that was taken is not taken a second time until it is forgotten, which is when its end has been recorded. Work cut
/// short by <see cref="StopAsync"/> is not handed back: its history says that it was called and not that it ended, so it runs
/// again.
/// </remarks>
internal sealed partial class ActivityPool(
    IReadOnlyDictionary<string, ActivityBody> bodies,
    DurableOptions options,
    ILogger logger,
    Action<ActivityWork, FinishedStep> ended) : IDisposable
{
    private readonly Channel<ActivityWork> _queue = Channel.CreateUnbounded<ActivityWork>();
    private readonly ConcurrentDictionary<(string, int, int), bool> _taken = new();
    private readonly CancellationTokenSource _stop = new();
    private Task _workers = Task.CompletedTask;

    public void Start() =>
        _workers = Task.WhenAll(Enumerable.Range(0, options.MaxConcurrentActivities).Select(_ => Task.Run(WorkAsync)));

    public void Enqueue(ActivityWork work)
    {
        if (_taken.TryAdd((work.InstanceId, work.Generation, work.Step.Id), true))
        {
            _queue.Writer.TryWrite(work);
        }
    }

    public void Forget(string instanceId, int generation, int step) => _taken.TryRemove((instanceId, generation, step), out _);

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _queue.Writer.TryComplete();
        await _stop.CancelAsync();
        await _workers.WaitAsync(cancellationToken);
    }

    public void Dispose() => _stop.Dispose();

    private async Task WorkAsync()
    {
        while (!_stop.IsCancellationRequested && await _queue.Reader.WaitToReadAsync(CancellationToken.None))
        {
            while (!_stop.IsCancellationRequested && _queue.Reader.TryRead(out var work))
            {
                if (await RunAsync(work) is { } end)
                {
                    ended(work, end);
                }
            }
        }
    }

    /// <returns>Null if the engine stopped before the activity ended.</returns>
    private async Task<FinishedStep?> RunAsync(ActivityWork work)
    {
        var (id, name, input) = (work.Step.Id, work.Step.Name, work.Step.Input);
        if (!bodies.TryGetValue(name, out var body))
        {
            return new TaskFailed(id, Failure.Of(new InvalidOperationException($"There is no activity named '{name}'.")));
        }

        try
        {
            var output = await body(new ActivityCall(name, work.InstanceId, id, input, options.DataConverter), _stop.Token);
            return new TaskCompleted(id, Payload.Serialize(options.DataConverter, output, "output"));
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            return null;
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            ActivityFailed(failure, name, work.InstanceId, id);
            return new TaskFailed(id, Failure.Of(failure));
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Activity {Activity} of {InstanceId} (step {Step}) failed")]
    private partial void ActivityFailed(Exception failure, string activity, string instanceId, int step);
}
