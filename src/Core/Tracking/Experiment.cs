using System.Text.Json.Serialization;

namespace Mlops.Tracking;

/// <summary>A named group of runs.</summary>
/// <param name="Id">A decimal number, as MLflow's are; <c>0</c> is the experiment named <c>Default</c>.</param>
/// <param name="ArtifactLocation">Where its runs' artifacts are, in MLflow's terms.</param>
/// <param name="ETag">Changes with every change of the experiment; not part of its document.</param>
public sealed record Experiment(
    string Id,
    string Name,
    string ArtifactLocation,
    LifecycleStage LifecycleStage,
    DateTimeOffset CreationTime,
    DateTimeOffset LastUpdateTime,
    IReadOnlyDictionary<string, string> Tags,
    [property: JsonIgnore] string ETag);

/// <summary>Experiments of a listing, newest first; only an absent continuation ends it.</summary>
public sealed record ExperimentPage(IReadOnlyList<Experiment> Experiments, string? Continuation);
