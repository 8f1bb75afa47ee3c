namespace Mlops.Training;

/// <summary>The best trial so far.</summary>
public static class Incumbent
{
    /// <returns>The first of the trials with the best value of the first objective; null if none has completed.</returns>
    public static Trial? Of(StudyView study) => study.Trials
        .Where(trial => trial is { Number: >= 0, State: TrialState.Complete, Values: [var value, ..] } && !double.IsNaN(value))
        .MinBy(trial => study.Loss(trial.Values![0]));
}
