namespace Mlops.Tracking;

/// <summary>What a run starts with.</summary>
/// <param name="Name">Made up if absent.</param>
/// <param name="StartTime">Not before 1970; kept in milliseconds.</param>
/// <param name="IdempotencyKey">Starting a run of an experiment again with the same key finds the run of the first time.</param>
public sealed record RunStart(string? Name, DateTimeOffset StartTime, IReadOnlyList<Tag> Tags, string? IdempotencyKey = null);

/// <summary>What is logged in one call: at most 1,000 metrics, 100 params and 100 tags, and 1,000 of all together.</summary>
public sealed record RunBatch(IReadOnlyList<Metric> Metrics, IReadOnlyList<Param> Params, IReadOnlyList<Tag> Tags)
{
    public static RunBatch OfMetrics(params IReadOnlyList<Metric> metrics) => new(metrics, [], []);

    public static RunBatch OfParams(params IReadOnlyList<Param> values) => new([], values, []);

    public static RunBatch OfTags(params IReadOnlyList<Tag> tags) => new([], [], tags);
}

/// <summary>What changes about a run; absent parts stay.</summary>
public sealed record RunChange(
    RunStatus? Status = null, DateTimeOffset? EndTime = null, string? Name = null, LifecycleStage? LifecycleStage = null);
