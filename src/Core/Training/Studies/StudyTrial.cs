using System.Text.Json.Serialization;

namespace Mlops.Training;

/// <summary>A trial as the study keeps it. Once it has ended it does not change.</summary>
/// <param name="Number">From 0, without gaps.</param>
/// <param name="Seen">How many trials had ended for whoever suggested it: with the study's seed and the number all that the suggestion
/// follows from.</param>
/// <param name="RunId">The trial's own run, a child of the training's.</param>
/// <param name="Values">One per objective, once it is complete.</param>
/// <param name="Intermediate">Of the first objective, on the way.</param>
/// <param name="Metrics">All metrics of the task, the means over the folds, once it is complete.</param>
/// <param name="Reason">Why it failed or was given up.</param>
/// <param name="Cancelled">Whether it ended because the training was cancelled.</param>
public sealed record StudyTrial(
    int Number,
    TrialState State,
    IReadOnlyDictionary<string, HyperparameterValue> Parameters,
    int Seen,
    string RunId,
    DateTimeOffset StartedAt,
    DateTimeOffset? EndedAt = null,
    IReadOnlyList<double>? Values = null,
    IReadOnlyList<IntermediateValue>? Intermediate = null,
    IReadOnlyDictionary<string, double>? Metrics = null,
    string? Reason = null,
    bool Cancelled = false)
{
    private const int MaxReason = 2_000;

    [JsonIgnore]
    public bool HasEnded => State is not TrialState.Running;

    public Trial AsTrial() => new(Number, State, Parameters, Values, Intermediate);

    public StudyTrial Ended(TrialOutcome outcome, DateTimeOffset at) => this with
    {
        State = outcome.State,
        EndedAt = at,
        Values = outcome.Values,
        Intermediate = outcome.Intermediate,
        Metrics = outcome.Metrics,
        Reason = outcome.Reason is { Length: > MaxReason } reason ? reason[..MaxReason] : outcome.Reason,
    };

    public StudyTrial CancelledAt(DateTimeOffset at) => this with
    {
        State = TrialState.Failed,
        EndedAt = at,
        Reason = "The training was cancelled.",
        Cancelled = true,
    };
}

/// <summary>How a trial ended.</summary>
public sealed record TrialOutcome(
    TrialState State,
    IReadOnlyList<double>? Values,
    IReadOnlyList<IntermediateValue> Intermediate,
    IReadOnlyDictionary<string, double>? Metrics,
    string? Reason = null);
