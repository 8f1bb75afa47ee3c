namespace Mlops.Training;

/// <summary>Gives up a trial whose best so far is worse than a percentile of what completed trials had reported at the same step.</summary>
/// <remarks>The rule of Google Vizier's median stopping (Golovin et al., KDD 2017), decided as Optuna 3.1 does.</remarks>
/// <param name="percentile">From 0 to 100: how many of a hundred trials are let through; 50 is the median rule.</param>
/// <param name="startupTrials">Nothing is pruned before so many trials have completed.</param>
/// <param name="warmupSteps">Nothing is pruned before this step.</param>
/// <param name="intervalSteps">How many steps lie between two decisions on a trial.</param>
/// <param name="minTrials">How many trials must have reported at a step for a comparison.</param>
public sealed class PercentilePruner(double percentile, int startupTrials, int warmupSteps, int intervalSteps, int minTrials) : IPruner
{
    public bool ShouldPrune(StudyView study, Trial trial)
    {
        var completed = study.Completed().ToList();
        if (completed.Count is 0 || completed.Count < startupTrials || !trial.IsDue(warmupSteps, intervalSteps))
        {
            return false;
        }

        var reports = trial.Intermediate ?? [];
        var best = reports.Select(report => study.Loss(report.Value)).LeastIgnoringNaN();
        if (double.IsNaN(best))
        {
            return true;
        }

        var step = reports[^1].Step;
        var peers = completed
            .Select(other => other.Intermediate?.FirstOrDefault(report => report.Step == step)).OfType<IntermediateValue>()
            .Select(report => study.Loss(report.Value)).ToList();
        return peers.Count >= minTrials && best > Percentile([.. peers.Where(loss => !double.IsNaN(loss))]);
    }

    /// <summary>Between the two nearest ranks in proportion, as NumPy has it; NaN of nothing.</summary>
    private double Percentile(double[] losses)
    {
        if (losses.Length is 0)
        {
            return double.NaN;
        }

        Array.Sort(losses);
        var position = percentile / 100 * (losses.Length - 1);
        var (below, share) = ((int)position, position - Math.Floor(position));
        var (low, high) = (losses[below], losses[Math.Min(below + 1, losses.Length - 1)]);

        // From the nearer end, so that equal neighbours give their own value.
        return share >= 0.5 ? high - ((high - low) * (1 - share)) : low + ((high - low) * share);
    }
}
