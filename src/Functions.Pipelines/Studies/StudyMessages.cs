using Mlops.Pipelines.Training;

namespace Mlops.Pipelines.Studies;

/// <summary>What a study is started and continued with.</summary>
/// <param name="Step">The training that it belongs to, and its data.</param>
/// <param name="NextTrial">The trials before it have ended.</param>
/// <param name="StartedAt">When the study began, whenever it was continued.</param>
/// <param name="Settings">What the orchestrator has to know; null before the study is planned.</param>
public sealed record StudyRequest(OnData Step, int NextTrial, DateTime StartedAt, StudySettings? Settings = null);

/// <summary>What an orchestrator has to know of a study's plan.</summary>
public sealed record StudySettings(int Trials, int Parallel);

/// <param name="Minutes">How long the study has been running.</param>
public sealed record TrialRequest(OnData Step, int Number, double Minutes);

/// <summary>A trial that may begin, or why there are no more.</summary>
public sealed record SuggestedTrial(string? StopReason = null);

/// <summary>A study whose trials have ended.</summary>
/// <param name="Reason">Why there were no more trials.</param>
public sealed record StudyToFinish(OnData Step, string Reason);

/// <summary>What a study has found, in few words; the report has the rest.</summary>
/// <param name="Trials">How many were made.</param>
/// <param name="BestTrial">The number of the trial whose settings the model is trained with.</param>
/// <param name="Values">That trial's value of each objective, by name.</param>
/// <param name="Learner">That trial's learner.</param>
/// <param name="Front">The numbers of trials that no other beats in every objective, the first 100 of them; absent with one objective.</param>
/// <param name="Notes">What was chosen and why, a sentence each.</param>
public sealed record StudyResult(
    int Trials,
    int Complete,
    int Pruned,
    int Failed,
    int BestTrial,
    IReadOnlyDictionary<string, double> Values,
    string Learner,
    IReadOnlyList<int>? Front,
    IReadOnlyList<string> Notes);

/// <summary>How a study ended: with a result, or refused.</summary>
public sealed record EndedStudy(StudyResult? Result, string? Refusal = null);
