namespace Mlops.Training;

/// <summary>What earlier studies teach a new one.</summary>
public static class WarmStart
{
    /// <summary>
    /// The completed trials of earlier studies that fit: samplers learn from them; budgets, pruners and the best trial do not count them.
    /// </summary>
    /// <param name="space">Of the new study; a trial fits if it has its parameters and no others, with values it allows.</param>
    /// <param name="objectives">How many the new study has.</param>
    /// <param name="earlier">Trials of one or more studies with the same objectives, oldest first.</param>
    /// <returns>In the same order, numbered up to −1, so that they stand before those of the new study.</returns>
    public static IReadOnlyList<Trial> Observations(SearchSpace space, int objectives, IEnumerable<Trial> earlier)
    {
        var fitting = earlier.Where(trial =>
            trial.State is TrialState.Complete && trial.Values?.Count == objectives && trial.Values.All(double.IsFinite)
            && space.Allows(trial.Parameters)).ToList();
        return [.. fitting.Select((trial, index) => trial with { Number = index - fitting.Count, Intermediate = null })];
    }
}
