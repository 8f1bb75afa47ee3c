namespace Mlops.Training;

/// <summary>A study made definite before its first trial, so that nothing about it can change while it runs.</summary>
/// <param name="Search">What is searched and how; of an automatic choice with the space that was chosen.</param>
/// <param name="Objectives">At least one; the first decides which trial is the best.</param>
/// <param name="Validation">How each trial is measured on the training rows.</param>
/// <param name="SingleSplit">Whether only the first fold is measured, round by round.</param>
/// <param name="Seed">All chance in the study comes from it.</param>
/// <param name="Enqueued">What the first trials try, before anything is suggested.</param>
/// <param name="Observations">Trials of earlier studies, numbered below 0.</param>
/// <param name="Notes">What was chosen automatically and why, a sentence each.</param>
/// <param name="Learner">Whose hyperparameters are searched, with those that are fixed; null if <see cref="LearnerParameter"/> is one of
/// the parameters.</param>
/// <param name="Preprocessing">Of every trial and of the model that follows from the best.</param>
public sealed record StudyPlan(
    SearchSpec Search,
    IReadOnlyList<StudyObjective> Objectives,
    CrossValidationSpec Validation,
    bool SingleSplit,
    long Seed,
    IReadOnlyList<IReadOnlyDictionary<string, HyperparameterValue>> Enqueued,
    IReadOnlyList<Trial> Observations,
    IReadOnlyList<string> Notes,
    LearnerSpec? Learner = null,
    IReadOnlyDictionary<string, ColumnPreprocessing>? Preprocessing = null)
{
    /// <summary>The parameter that names the learner; <c>learner.name</c> parameters are its hyperparameters.</summary>
    public const string LearnerParameter = "learner";

    /// <param name="learner">Of the spec; null if the search chooses among learners.</param>
    public static SearchSpace SpaceOf(SearchSpec search, LearnerSpec? learner, IEnumerable<ILearner> learners) =>
        SearchSpace.Of(search, learner is null ? null : learners.First(known => known.Name == learner.Name));

    /// <summary>What a trial with these parameters learns with.</summary>
    public LearnerSpec LearnerOf(IReadOnlyDictionary<string, HyperparameterValue> parameters)
    {
        if (Learner is { } given)
        {
            var merged = new SortedDictionary<string, HyperparameterValue>(StringComparer.Ordinal);
            foreach (var (name, value) in given.Hyperparameters ?? new Dictionary<string, HyperparameterValue>())
            {
                merged[name] = value;
            }

            foreach (var (name, value) in parameters)
            {
                merged[name] = value;
            }

            return given with { Hyperparameters = merged };
        }

        var chosen = parameters[LearnerParameter].Text
            ?? throw new ArgumentException($"The parameter '{LearnerParameter}' names no learner.", nameof(parameters));
        var prefix = $"{chosen}.";
        return new LearnerSpec(
            chosen,
            new SortedDictionary<string, HyperparameterValue>(
                parameters
                    .Where(pair => pair.Key.StartsWith(prefix, StringComparison.Ordinal))
                    .ToDictionary(pair => pair.Key[prefix.Length..], pair => pair.Value),
                StringComparer.Ordinal));
    }

    /// <summary>What a sampler knows when it is asked for trial <paramref name="number"/>.</summary>
    /// <remarks>
    /// The trials that are at least <see cref="SearchSpec.Parallel"/> behind count as ended, those between as running, whatever they are
    /// in truth: so suggestions follow from numbers alone, however fast the trials were and however often the process died.
    /// </remarks>
    /// <param name="trials">The trials before it, by number.</param>
    public StudyView Before(SearchSpace space, IReadOnlyList<StudyTrial> trials, int number)
    {
        var seen = SeenBy(number);
        return View(
            space,
            [
                .. Observations,
                .. trials.Take(number).Select(trial => trial.Number < seen
                    ? trial.AsTrial()
                    : new Trial(trial.Number, TrialState.Running, trial.Parameters)),
            ]);
    }

    /// <summary>What a pruner knows in trial <paramref name="number"/>: the trials that had to end before it began.</summary>
    public StudyView Behind(SearchSpace space, IReadOnlyList<StudyTrial> trials, int number) =>
        View(space, [.. trials.Take(SeenBy(number)).Select(trial => trial.AsTrial())]);

    /// <summary>What is known when all trials have ended.</summary>
    public StudyView After(SearchSpace space, IReadOnlyList<StudyTrial> trials) => View(space, [.. trials.Select(trial => trial.AsTrial())]);

    /// <summary>How many trials have to end before trial <paramref name="number"/> begins.</summary>
    public int SeenBy(int number) => Math.Max(0, number - Search.Parallel + 1);

    private StudyView View(SearchSpace space, IReadOnlyList<Trial> trials) =>
        new(space, [.. Objectives.Select(objective => objective.Maximize)], Seed, trials);
}
