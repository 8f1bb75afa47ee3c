namespace Mlops.Tracking;

/// <summary>One thing that is wrong with what was asked.</summary>
/// <param name="Field">Where, such as <c>metrics[3].key</c>.</param>
/// <param name="Reason">A sentence for the caller.</param>
public sealed record Objection(string Field, string Reason);

/// <summary>What came of logging a batch.</summary>
public abstract record LogOutcome
{
    private LogOutcome() { }

    /// <param name="Run">The run with the batch in it.</param>
    public sealed record Logged(Run Run) : LogOutcome;

    public sealed record UnknownRun : LogOutcome;

    /// <summary>Nothing was logged, and each reason is given.</summary>
    public sealed record Refused(IReadOnlyList<Objection> Objections) : LogOutcome;
}

/// <summary>What came of changing a run.</summary>
public abstract record RunChangeOutcome
{
    private RunChangeOutcome() { }

    public sealed record Changed(Run Run) : RunChangeOutcome;

    public sealed record UnknownRun : RunChangeOutcome;

    /// <summary>Somebody else has changed the run since the tag was read.</summary>
    public sealed record Stale : RunChangeOutcome;

    public sealed record Refused(IReadOnlyList<Objection> Objections) : RunChangeOutcome;
}
