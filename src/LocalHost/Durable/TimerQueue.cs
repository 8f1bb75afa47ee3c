namespace Mlops.LocalHost.Durable;

/// <summary>What a timer is for: a step of a generation, or the delayed start of an instance (step -1), or another try (-2).</summary>
internal sealed record TimerKey(string InstanceId, string ExecutionId, int Generation, int Step)
{
    public const int DelayedStart = -1;

    public const int AnotherTry = -2;

    /// <summary>Another try at an instance, or with an empty id at finding all that are unfinished.</summary>
    public static TimerKey Again(string instanceId) => new(instanceId, string.Empty, 0, AnotherTry);
}

/// <summary>All durable timers of the engine on one timer of the <see cref="TimeProvider"/>. Safe for concurrent use.</summary>
/// <remarks>It is memory only: a timer's due time lies in its instance's history, and a restart puts it here again.</remarks>
internal sealed class TimerQueue : IDisposable
{
    /// <summary>The longest wait a timer is set to; what is due later is looked at again then.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    private readonly Lock _lock = new();
    private readonly PriorityQueue<TimerKey, DateTimeOffset> _queue = new();
    private readonly HashSet<TimerKey> _set = [];
    private readonly TimeProvider _time;
    private readonly Action<TimerKey> _due;
    private readonly ITimer _timer;

    public TimerQueue(TimeProvider time, Action<TimerKey> due)
    {
        _time = time;
        _due = due;
        _timer = time.CreateTimer(static queue => ((TimerQueue)queue!).Fire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Sets a timer unless it is set already; one that is due at once fires before this returns.</summary>
    public void Set(TimerKey key, DateTimeOffset due)
    {
        if (due <= _time.GetUtcNow())
        {
            _due(key);
            return;
        }

        lock (_lock)
        {
            if (_set.Add(key))
            {
                _queue.Enqueue(key, due);
                Arm();
            }
        }
    }

    public void Cancel(TimerKey key)
    {
        lock (_lock)
        {
            if (_set.Remove(key))
            {
                _queue.Remove(key, out _, out _);
            }
        }
    }

    public void Dispose() => _timer.Dispose();

    private void Fire()
    {
        var due = new List<TimerKey>();
        lock (_lock)
        {
            var now = _time.GetUtcNow();
            while (_queue.TryPeek(out var key, out var at) && at <= now)
            {
                _queue.Dequeue();
                _set.Remove(key);
                due.Add(key);
            }

            Arm();
        }

        due.ForEach(_due);
    }

    private void Arm()
    {
        if (_queue.TryPeek(out _, out var next))
        {
            // A timer that fires a little early finds nothing due and is set again, so it never spins: one millisecond at least.
            var wait = next - _time.GetUtcNow();
            wait = wait <= TimeSpan.Zero ? TimeSpan.Zero : TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds));
            _timer.Change(wait < Longest ? wait : Longest, Timeout.InfiniteTimeSpan);
        }
    }
}
