namespace Mlops.LocalHost.Durable;

/// <summary>Who waits for which event, and which events nobody has waited for yet. Names are compared without regard to case.</summary>
/// <remarks>Of several waiters the latest is served first, as the official worker does it; events of a name keep their order.</remarks>
internal sealed class ExternalEvents(OrchestratorThread thread)
{
    private readonly Dictionary<string, List<Waiter>> _waiters = new(StringComparer.OrdinalIgnoreCase);

    private readonly List<EventRaised> _buffered = [];

    public bool HasWaiters => _waiters.Count > 0;

    /// <summary>Events that came and were not waited for, in the order of their coming.</summary>
    public IReadOnlyList<EventRaised> Buffered => _buffered;

    /// <exception cref="ArgumentException">The same event is being waited for as another type.</exception>
    public Task<EventRaised> WaitAsync(string name, Type type, CancellationToken cancellationToken)
    {
        if (_waiters.TryGetValue(name, out var waiters) && waiters[^1].Type != type)
        {
            throw new ArgumentException(
                $"Events with the same name must have the same type argument. Expected {waiters[^1].Type.FullName} but was requested"
                + $" {type.FullName}.");
        }

        var buffered = _buffered.FindIndex(raised => string.Equals(raised.Name, name, StringComparison.OrdinalIgnoreCase));
        if (buffered >= 0)
        {
            var raised = _buffered[buffered];
            _buffered.RemoveAt(buffered);
            return Task.FromResult(raised);
        }

        if (waiters is null)
        {
            _waiters[name] = waiters = [];
        }

        var waiter = new Waiter(type);
        waiters.Add(waiter);
        cancellationToken.UnsafeRegister(
            (_, token) =>
            {
                if (thread.Admits("A wait for an event"))
                {
                    Remove(name, waiter);
                    waiter.Raised.TrySetCanceled(token);
                }
            },
            null);
        return waiter.Raised.Task;
    }

    public void Raise(EventRaised raised)
    {
        if (_waiters.TryGetValue(raised.Name, out var waiters))
        {
            var latest = waiters[^1];
            Remove(raised.Name, latest);
            latest.Raised.TrySetResult(raised);
        }
        else
        {
            _buffered.Add(raised);
        }
    }

    /// <summary>Keeps an event although somebody may wait: the waiting code has ended.</summary>
    public void Keep(EventRaised raised) => _buffered.Add(raised);

    private void Remove(string name, Waiter waiter)
    {
        if (_waiters.TryGetValue(name, out var waiters) && waiters.Remove(waiter) && waiters.Count is 0)
        {
            _waiters.Remove(name);
        }
    }

    private sealed class Waiter(Type type)
    {
        public Type Type { get; } = type;

        public TaskCompletionSource<EventRaised> Raised { get; } = new();
    }
}
