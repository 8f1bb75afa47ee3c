using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;

namespace Mlops.LocalHost.Durable;

/// <summary>How an execution ended.</summary>
internal abstract record Ending
{
    private Ending() { }

    public sealed record Completed(string? Output) : Ending;

    public sealed record Failed(Failure Failure) : Ending;

    public sealed record Terminated(string? Output, bool Recursive) : Ending;

    public sealed record ContinuedAsNew(string? Input, string? Version) : Ending;
}

/// <summary>One generation of one orchestration in memory: its code, paused wherever it waits, and what it waits for.</summary>
/// <remarks>
/// Fed with history it replays: each step that the code takes is held against the step that was recorded. Fed with what is
/// new it goes on, and its new steps are what has to be recorded. Everything happens inside <see cref="Deliver"/> on the
/// caller's thread; no member may be called by two threads at once.
/// </remarks>
internal sealed class Execution
{
    private readonly Dictionary<int, ScheduledStep> _recorded = [];
    private readonly Dictionary<int, Waiting> _waiting = [];
    private readonly List<HistoryEvent> _held = [];
    private readonly HashSet<string> _sources = new(StringComparer.Ordinal);
    private readonly OrchestratorBody? _body;
    private readonly ReplayedContext _context;
    private List<ScheduledStep> _newSteps = [];
    private List<int> _cancelledTimers = [];
    private Task<object?>? _main;
    private int _nextStep;
    private bool _mainEndedElsewhere;
    private NonDeterministicOrchestrationException? _deviation;

    public Execution(
        InstanceState state, string? input, OrchestratorBody? body, DataConverter converter, ILoggerFactory loggers, Action onViolation)
    {
        State = state;
        _body = body;
        Thread = new OrchestratorThread(onViolation);
        Events = new ExternalEvents(Thread);
        _context = new ReplayedContext(this, input, converter, loggers);
    }

    /// <summary>The instance as it was when this generation was loaded.</summary>
    public InstanceState State { get; }

    public OrchestratorThread Thread { get; }

    public ExternalEvents Events { get; }

    public DateTimeOffset Now { get; private set; }

    public bool IsReplaying { get; private set; }

    public bool IsStarted { get; private set; }

    public bool IsSuspended { get; private set; }

    public string? CustomStatus { get; set; }

    /// <summary>Set by the orchestrator when it wants to begin again.</summary>
    public (string? Input, bool PreserveEvents, string? Version)? Restart { get; set; }

    public Ending? Ending { get; private set; }

    /// <summary>Steps that have begun and not ended.</summary>
    public IEnumerable<ScheduledStep> OpenSteps => _waiting.Values.Select(waiting => waiting.Step);

    /// <param name="replaying">Whether the orchestrator has lived through this before; false when a new generation begins with it.</param>
    public void Replay(IReadOnlyList<HistoryEvent> history, bool replaying)
    {
        foreach (var step in history.OfType<ScheduledStep>())
        {
            _recorded[step.Id] = step;
        }

        IsReplaying = replaying;
        foreach (var past in history)
        {
            if (past is not ScheduledStep)
            {
                Deliver(past);
            }
        }

        IsReplaying = false;
        if (_recorded.Values.Where(step => step.Id >= _nextStep).MinBy(step => step.Id) is { } missed && Ending is null or Ending.Completed)
        {
            Deviate($"history has {missed.Description} as step {missed.Id}, the orchestrator "
                + (_main is { IsCompleted: true } ? "now ends before it" : "no longer calls it"));
        }

        _recorded.Clear();
    }

    /// <summary>Whether a message still means something here: repeated deliveries and ends of forgotten steps do not.</summary>
    public bool Accepts(HistoryEvent message) => message switch
    {
        FinishedStep finished => _waiting.ContainsKey(finished.Id),
        EventRaised { Source: { } source } => !_sources.Contains(source),
        _ => true,
    };

    public void Deliver(HistoryEvent message)
    {
        switch (message)
        {
            case TurnStarted turn:
                Now = turn.At;
                break;
            case ExecutionStarted:
                IsStarted = true;
                Advance(Begin);
                break;
            case Suspended:
                IsSuspended = true;
                break;
            case Resumed:
                IsSuspended = false;
                HistoryEvent[] held = [.. _held];
                _held.Clear();
                Array.ForEach(held, Dispatch);
                break;
            case Terminated terminated:
                Ending ??= new Ending.Terminated(terminated.Output, terminated.Recursive);
                break;
            case var _ when IsSuspended:
                Remember(message);
                _held.Add(message);
                break;
            default:
                Remember(message);
                Dispatch(message);
                break;
        }
    }

    /// <summary>Notices a flight from the orchestrator's thread that happened between turns.</summary>
    public void Inspect()
    {
        if (Ending is null && Thread.Violation is { } violation)
        {
            Ending = new Ending.Failed(Failure.Of(violation));
        }
    }

    public (IReadOnlyList<ScheduledStep> Steps, IReadOnlyList<int> CancelledTimers) TakeNews()
    {
        var news = (_newSteps, _cancelledTimers);
        (_newSteps, _cancelledTimers) = ([], []);
        return news;
    }

    /// <summary>The next step of the orchestrator: recorded already, or new.</summary>
    /// <returns>What ends the step.</returns>
    public Task<HistoryEvent> TakeStep(Func<int, ScheduledStep> make)
    {
        var step = Record(make);
        var waiting = new Waiting(step);
        _waiting.Add(step.Id, waiting);
        return waiting.Ended.Task;
    }

    /// <summary>A step that nothing ends.</summary>
    public ScheduledStep Record(Func<int, ScheduledStep> make)
    {
        var step = make(_nextStep++);
        if (!_recorded.TryGetValue(step.Id, out var recorded))
        {
            _newSteps.Add(step);
            return step;
        }

        if (recorded.Description != step.Description)
        {
            throw Deviate($"history has {recorded.Description} as step {step.Id}, the orchestrator now called {step.Description}");
        }

        return recorded;
    }

    public void CancelTimer(int step, CancellationToken cancellationToken)
    {
        if (Thread.Admits("A timer") && _waiting.Remove(step, out var waiting))
        {
            _cancelledTimers.Add(step);
            waiting.Ended.TrySetCanceled(cancellationToken);
        }
    }

    private void Begin()
    {
        if (_body is null)
        {
            var known = new InvalidOperationException($"There is no orchestrator named '{State.Name}'.");
            _main = Task.FromException<object?>(known);
            return;
        }

        _main = RunAsync(_body);
        _main.ContinueWith(
            (_, execution) => ((Execution)execution!)._mainEndedElsewhere = !Thread.IsHere,
            this,
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }

    // An orchestrator that throws before its first await fails like any other.
    private async Task<object?> RunAsync(OrchestratorBody body) => await body(_context);

    private void Dispatch(HistoryEvent message)
    {
        switch (message)
        {
            case EventRaised late when Ending is not null:
                Events.Keep(late);
                break;
            case var _ when Ending is not null:
                break;
            case FinishedStep finished when _waiting.Remove(finished.Id, out var waiting):
                Advance(() => waiting.Ended.TrySetResult(finished));
                break;
            case FinishedStep finished when finished.Id >= _nextStep:
                Deviate($"history has {Recorded(finished.Id)} ending as step {finished.Id}, the orchestrator has not called it");
                break;
            case EventRaised raised:
                Advance(() => Events.Raise(raised));
                break;
        }
    }

    private string Recorded(int id) => _recorded.TryGetValue(id, out var step) ? step.Description : "something";

    private void Remember(HistoryEvent message)
    {
        if (message is EventRaised { Source: { } source })
        {
            _sources.Add(source);
        }
    }

    private void Advance(Action step)
    {
        Thread.Run(step);
        Ending ??= FindEnding();
    }

    private Ending? FindEnding()
    {
        if ((_deviation ?? Thread.Violation) is { } violation)
        {
            return new Ending.Failed(Failure.Of(violation));
        }

        if (_main is not { IsCompleted: true } main)
        {
            // Nothing of the orchestration's own can wake it again.
            return _waiting.Count > 0 || Events.HasWaiters || _main is null
                ? null
                : new Ending.Failed(Failure.Of(Thread.Violate("The orchestrator awaited a task that is not its context's")));
        }

        if (_mainEndedElsewhere)
        {
            return new Ending.Failed(Failure.Of(Thread.Violate("The orchestrator ended outside its thread")));
        }

        if (main.Exception is { } exception)
        {
            return new Ending.Failed(Failure.Of(exception.InnerExceptions[0]));
        }

        if (main.IsCanceled)
        {
            return new Ending.Failed(Failure.Of(new TaskCanceledException(main)));
        }

        return Restart is { } restart
            ? new Ending.ContinuedAsNew(restart.Input, restart.Version)
            : CompleteWith(main);
    }

    private Ending CompleteWith(Task<object?> main)
    {
        try
        {
            return new Ending.Completed(_context.Serialize(main.GetAwaiter().GetResult(), "output"));
        }
        catch (Exception failure) when (failure is System.Text.Json.JsonException or NotSupportedException or ArgumentException)
        {
            return new Ending.Failed(Failure.Of(failure));
        }
    }

    private NonDeterministicOrchestrationException Deviate(string what)
    {
        _deviation ??= new NonDeterministicOrchestrationException($"Non-deterministic orchestrator '{State.Name}': {what}.");
        Ending = new Ending.Failed(Failure.Of(_deviation));
        return _deviation;
    }

    /// <summary>What is left over when the code has asked to begin again: events that came and were never waited for.</summary>
    public IReadOnlyList<EventRaised> Carried() =>
        Restart is { PreserveEvents: true } ? [.. Events.Buffered, .. _held.OfType<EventRaised>()] : [];

    private sealed class Waiting(ScheduledStep step)
    {
        public ScheduledStep Step { get; } = step;

        public TaskCompletionSource<HistoryEvent> Ended { get; } = new();
    }
}
