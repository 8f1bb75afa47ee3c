using Mlops.Pipelines.Studies;
using Mlops.Registry;
using Mlops.Training;

namespace Mlops.Pipelines.Training;

/// <summary>What the pipeline is started with.</summary>
/// <param name="Id">The training's id, which is also its blob folder and the key under which its run and version are made once.</param>
public sealed record TrainingRequest(string Tenant, string Id, string Caller, TrainingSpec Spec);

public sealed record StartedRun(string ExperimentId, string RunId);

public sealed record StartedTraining(TrainingRequest Request, StartedRun? Run, DateTime StartedAt);

/// <summary>Which data set version the spec meant, and what it is.</summary>
public sealed record ResolvedData(string Dataset, int Version, string Sha256, long Rows);

public sealed record OnData(StartedTraining Training, ResolvedData Data);

public sealed record ValidatedData(int Rows, IReadOnlyList<string> Warnings);

public sealed record SplitRows(int Train, int Test);

/// <param name="Learner">The name of what learned it.</param>
/// <param name="Facts">What the learner has to say of the training.</param>
public sealed record ExportedModel(string Sha256, long Bytes, string Learner, IReadOnlyDictionary<string, double> Facts);

/// <param name="Study">What a search has found, if there was one.</param>
public sealed record TrainedModel(
    StartedTraining Training, ResolvedData Data, ExportedModel Model, EvaluationSummary Report, StudyResult? Study = null);

public sealed record RegisteredVersion(string Model, int Number);

public sealed record Candidate(TrainedModel Trained, RegisteredVersion Version);

/// <summary>A training that ends, and as what.</summary>
public sealed record EndedTraining(StartedTraining Training, string Reason);

/// <summary>What came of a training.</summary>
/// <param name="Outcome"><c>promoted</c> (it carries the alias), <c>registered</c> (a gate refused it the alias) or <c>refused</c>
/// (no model).</param>
/// <param name="Reason">Why it was refused.</param>
/// <param name="Study">What a search has found, if there was one.</param>
public sealed record TrainingResult(
    string Outcome,
    string? RunId,
    string Model,
    int? Version,
    IReadOnlyDictionary<string, double>? Metrics,
    IReadOnlyDictionary<string, double>? Baseline,
    GateVerdict? Verdict,
    string? Reason,
    StudyResult? Study = null)
{
    public static TrainingResult Of(TrainedModel made, RegisteredVersion version, GateVerdict verdict) => new(
        verdict.Passed ? "promoted" : "registered",
        made.Training.Run?.RunId,
        version.Model,
        version.Number,
        made.Report.Metrics,
        made.Report.Baseline,
        verdict,
        Reason: null,
        made.Study);

    public static TrainingResult Refused(StartedTraining training, string reason) =>
        new(
            "refused",
            training.Run?.RunId,
            training.Request.Spec.Model,
            Version: null,
            Metrics: null,
            Baseline: null,
            Verdict: null,
            reason);
}
