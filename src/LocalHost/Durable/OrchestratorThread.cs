namespace Mlops.LocalHost.Durable;

/// <summary>Runs an orchestrator on one thread at a time and notices when it runs anywhere else.</summary>
/// <remarks>
/// While <see cref="Run"/> is on the stack, continuations of the orchestrator queue up here and run before it returns. A
/// continuation that comes from another thread belongs to a task that is not the orchestration's (a delay, a web request,
/// <c>Task.Run</c>): it would take another course at replay, so it is refused and kept in <see cref="Violation"/>.
/// </remarks>
internal sealed class OrchestratorThread(Action onViolation) : SynchronizationContext
{
    private readonly Queue<(SendOrPostCallback Callback, object? State)> _ready = new();

    private volatile int _thread;

    private volatile NonDeterministicOrchestrationException? _violation;

    /// <summary>How the orchestrator escaped, if it did.</summary>
    public NonDeterministicOrchestrationException? Violation => _violation;

    public bool IsHere => _thread == Environment.CurrentManagedThreadId;

    public void Run(Action step)
    {
        var previous = Current;
        SetSynchronizationContext(this);
        _thread = Environment.CurrentManagedThreadId;
        try
        {
            step();
            while (_violation is null && _ready.TryDequeue(out var next))
            {
                next.Callback(next.State);
            }
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            // Tasks keep their exceptions; only an async void method lets one out.
            _violation ??= new NonDeterministicOrchestrationException($"The orchestrator threw outside of its task: {failure.Message}");
        }
        finally
        {
            _thread = 0;
            SetSynchronizationContext(previous);
        }
    }

    /// <exception cref="InvalidOperationException">The caller is not on the orchestrator's thread.</exception>
    public void RequireHere(string member)
    {
        if (!IsHere)
        {
            throw Violate($"{member} was called outside the orchestrator's thread");
        }
    }

    /// <summary>Whether something may be cancelled here and now.</summary>
    public bool Admits(string what)
    {
        if (!IsHere)
        {
            Violate($"{what} was cancelled outside the orchestrator's thread");
        }

        return IsHere;
    }

    public NonDeterministicOrchestrationException Violate(string what)
    {
        var violation = new NonDeterministicOrchestrationException(
            $"{what}: an orchestrator awaits only tasks of its context, without ConfigureAwait(false) and without Task.Run,"
            + " delays, locks or input and output of its own; such work belongs into an activity.");
        _violation ??= violation;
        onViolation();
        return violation;
    }

    public override void Post(SendOrPostCallback d, object? state)
    {
        if (IsHere)
        {
            _ready.Enqueue((d, state));
        }
        else
        {
            Violate("The orchestrator awaited a task that is not its context's");
        }
    }

    public override void Send(SendOrPostCallback d, object? state)
    {
        RequireHere(nameof(Send));
        d(state);
    }

    public override SynchronizationContext CreateCopy() => this;
}
