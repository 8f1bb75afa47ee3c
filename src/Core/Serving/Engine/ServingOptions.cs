namespace Mlops.Serving;

/// <summary>What serving may take of a process.</summary>
public sealed record ServingOptions
{
    /// <summary>How much memory models may take that nothing serves at the moment, in bytes; they make a roll-back immediate.</summary>
    public long IdleModelBytes { get; init; } = 256L * 1024 * 1024;

    /// <summary>How many requests of a model are scored at once.</summary>
    public int Parallelism { get; init; } = Math.Max(2, Environment.ProcessorCount);

    /// <summary>How many requests of a model may wait to be scored; more are refused with 429.</summary>
    public int MaxWaiting { get; init; } = 1_024;

    /// <summary>How many rows are scored together at most, of requests that wait.</summary>
    public int MaxBatchRows { get; init; } = 1_024;

    /// <summary>How many requests may wait for a shadow; more are not mirrored.</summary>
    public int MaxShadowed { get; init; } = 256;
}
