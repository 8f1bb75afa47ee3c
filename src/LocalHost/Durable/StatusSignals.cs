using System.Collections.Concurrent;

namespace Mlops.LocalHost.Durable;

/// <summary>Wakes those who wait for an instance's status to change.</summary>
internal sealed class StatusSignals
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _signals = new(StringComparer.Ordinal);

    /// <summary>Ends at the next change; ask before reading the status, so that no change is missed.</summary>
    public Task Next(string instanceId) =>
        _signals.GetOrAdd(instanceId, static _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    public void Raise(string instanceId)
    {
        if (_signals.TryRemove(instanceId, out var signal))
        {
            signal.SetResult();
        }
    }
}
