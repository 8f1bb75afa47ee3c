namespace Mlops.Training;

/// <summary>How many trials there are of each kind.</summary>
public sealed record TrialCounts(int Total, int Running, int Complete, int Pruned, int Failed)
{
    public static TrialCounts Of(IReadOnlyCollection<StudyTrial> trials) => new(
        trials.Count,
        trials.Count(trial => trial.State is TrialState.Running),
        trials.Count(trial => trial.State is TrialState.Complete),
        trials.Count(trial => trial.State is TrialState.Pruned),
        trials.Count(trial => trial.State is TrialState.Failed));
}

/// <summary>A trial in few words.</summary>
/// <param name="Values">One per objective, once it is complete.</param>
public sealed record TrialSummary(
    int Number,
    TrialState State,
    IReadOnlyDictionary<string, HyperparameterValue> Parameters,
    IReadOnlyList<double>? Values = null)
{
    public static TrialSummary Of(StudyTrial trial) => new(trial.Number, trial.State, trial.Parameters, trial.Values);
}

/// <summary>How far a study has come, for those who watch.</summary>
/// <param name="MaxTrials">The most there will be; patience, time or an exhausted grid may end it before.</param>
/// <param name="Objectives">What is sought, the first of which decides.</param>
/// <param name="Best">The best trial so far.</param>
public sealed record StudyProgress(
    TrialCounts Counts, int MaxTrials, IReadOnlyList<StudyObjective> Objectives, TrialSummary? Best = null)
{
    public static StudyProgress Of(StudyPlan plan, IReadOnlyCollection<StudyTrial> trials) => new(
        TrialCounts.Of(trials),
        plan.Search.Trials,
        plan.Objectives,
        StudyReport.BestOf(plan.Objectives, trials) is { } best ? TrialSummary.Of(best) : null);
}

/// <summary>What came of a study; kept as <c>study.json</c>.</summary>
/// <param name="Stopped">Why there were no more trials.</param>
/// <param name="Best">The best in the first objective; of several objectives one of the front.</param>
/// <param name="Chosen">What the best trial learned with.</param>
/// <param name="Importance">The share of each parameter in how good a trial was, by name; all alike where too few trials tell.</param>
/// <param name="Front">The numbers of the trials that no other beats in every objective.</param>
/// <param name="Notes">What was chosen and why, a sentence each.</param>
/// <param name="Trials">All of them, by number.</param>
public sealed record StudyReport(
    IReadOnlyList<StudyObjective> Objectives,
    TrialCounts Counts,
    string Stopped,
    TrialSummary Best,
    LearnerSpec Chosen,
    IReadOnlyDictionary<string, double> Importance,
    IReadOnlyList<int> Front,
    IReadOnlyList<string> Notes,
    IReadOnlyList<TrialSummary> Trials)
{
    /// <param name="best">One of the trials.</param>
    /// <param name="stopped">Why there were no more trials.</param>
    public static StudyReport Of(StudyPlan plan, SearchSpace space, IReadOnlyList<StudyTrial> trials, StudyTrial best, string stopped)
    {
        var counts = TrialCounts.Of(trials);
        var all = plan.After(space, trials);
        var objective = plan.Objectives[0].Metric;
        var chosen = plan.LearnerOf(best.Parameters);
        return new StudyReport(
            plan.Objectives,
            counts,
            stopped,
            TrialSummary.Of(best),
            chosen,
            ParameterImportance.Compute(all),
            [.. ParetoFront.Of(all).Select(trial => trial.Number)],
            [
                .. plan.Notes,
                .. plan.Learner is null ? BestOfEach(plan, trials) : [],
                FormattableString.Invariant(
                    $"{counts.Total} trials: {counts.Complete} complete, {counts.Pruned} given up early, {counts.Failed} failed. {stopped}"),
                FormattableString.Invariant($"Trial {best.Number} is chosen: {chosen.Name} with {objective} {best.Values?[0]:0.######}."),
            ],
            [.. trials.Select(TrialSummary.Of)]);
    }

    /// <summary>The complete trial that is best in the first objective, then in the others, the earliest of equals; null if there is
    /// none.</summary>
    public static StudyTrial? BestOf(IReadOnlyList<StudyObjective> objectives, IEnumerable<StudyTrial> trials)
    {
        StudyTrial? best = null;
        foreach (var trial in trials)
        {
            if (trial is { State: TrialState.Complete, Values: { } values } && (best?.Values is not { } record || IsBetter(values, record)))
            {
                best = trial;
            }
        }

        return best;

        bool IsBetter(IReadOnlyList<double> values, IReadOnlyList<double> record)
        {
            for (var i = 0; i < objectives.Count; i++)
            {
                if (values[i] != record[i])
                {
                    return objectives[i].Maximize ? values[i] > record[i] : values[i] < record[i];
                }
            }

            return false;
        }
    }

    private static IEnumerable<string> BestOfEach(StudyPlan plan, IReadOnlyList<StudyTrial> trials)
    {
        foreach (var group in trials.GroupBy(trial => plan.LearnerOf(trial.Parameters).Name).OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            yield return BestOf(plan.Objectives, group) is { Values: [var value, ..] }
                ? FormattableString.Invariant($"{group.Key}: {plan.Objectives[0].Metric} {value:0.######} in the best of {group.Count()} trials.")
                : $"{group.Key}: none of {group.Count()} trials was completed.";
        }
    }
}
