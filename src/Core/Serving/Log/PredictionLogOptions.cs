namespace Mlops.Serving;

/// <summary>How much the prediction log may hold back.</summary>
public sealed record PredictionLogOptions
{
    /// <summary>How long a record waits at most before it is written, while storage answers.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>The most memory that queued records may take; beyond it records are dropped or, with audit, wait.</summary>
    public long MaxQueuedBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>How often an append is tried before its records are given up.</summary>
    public int MaxAttempts { get; init; } = 6;

    /// <summary>The wait after the first failure, doubled after each further one; half to all of it is waited.</summary>
    public TimeSpan FirstRetry { get; init; } = TimeSpan.FromMilliseconds(50);
}
