namespace Mlops.Training;

/// <summary>Questions about what trials have reported on their way.</summary>
internal static class Reports
{
    /// <summary>The trials of this study that have ended; those of earlier studies reported nothing here.</summary>
    public static IEnumerable<Trial> Completed(this StudyView study) =>
        study.Trials.Where(trial => trial.Number >= 0 && trial.State is TrialState.Complete);

    public static IntermediateValue? LastReport(this Trial trial) => trial.Intermediate is [.., var last] ? last : null;

    /// <summary>Turned so that less is better.</summary>
    public static double Loss(this StudyView study, double value) => study.Maximize[0] ? -value : value;

    /// <summary>Whether the last report is the first since pruning was last due: every <paramref name="interval"/> steps from the warm-up on.</summary>
    public static bool IsDue(this Trial trial, int warmup, int interval)
    {
        if (trial.LastReport() is not { } last || last.Step < warmup)
        {
            return false;
        }

        var due = ((last.Step - warmup) / interval * interval) + warmup;
        return (trial.Intermediate is [.., var previous, _] ? previous.Step : -1) < due;
    }

    /// <returns>NaN where all are, or there are none.</returns>
    public static double LeastIgnoringNaN(this IEnumerable<double> losses) =>
        losses.Where(loss => !double.IsNaN(loss)).DefaultIfEmpty(double.NaN).Min();
}
