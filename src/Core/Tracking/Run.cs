using System.Text.Json.Serialization;

namespace Mlops.Tracking;

/// <summary>Where a run stands. The numbers are MLflow's.</summary>
public enum RunStatus
{
    Running = 1,
    Scheduled = 2,
    Finished = 3,
    Failed = 4,
    Killed = 5,
}

/// <summary>One execution of a training: its inputs, its notes and what it measured.</summary>
/// <param name="Id">32 hexadecimal digits; see <see cref="RunId"/>.</param>
/// <param name="ArtifactUri">Where its artifacts are, in MLflow's terms.</param>
/// <param name="Metrics">The latest value of each metric.</param>
/// <param name="ETag">Changes with every change of the run; not part of its document.</param>
public sealed record Run(
    string Id,
    string ExperimentId,
    string Name,
    RunStatus Status,
    DateTimeOffset StartTime,
    DateTimeOffset? EndTime,
    LifecycleStage LifecycleStage,
    string ArtifactUri,
    IReadOnlyDictionary<string, Metric> Metrics,
    IReadOnlyDictionary<string, string> Params,
    IReadOnlyDictionary<string, string> Tags,
    [property: JsonIgnore] string ETag);

/// <summary>Runs of a listing, newest first. A page may be short, even empty; only an absent continuation ends the listing.</summary>
public sealed record RunPage(IReadOnlyList<Run> Runs, string? Continuation);
