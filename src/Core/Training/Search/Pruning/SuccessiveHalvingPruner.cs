namespace Mlops.Training;

/// <summary>Lets of the trials that reach a rung only the best share go on to the next, which is a multiple of steps away.</summary>
/// <remarks>
/// Asynchronous successive halving (Li et al., "A System for Massively Parallel Hyperparameter Tuning", MLSys 2020) without pausing, as
/// in Optuna 3.1. What other trials had at their rungs follows from their reports, in the order of their numbers: nothing is kept
/// between decisions.
/// </remarks>
/// <param name="minResource">The step of the first rung; null for a hundredth of the steps of the first trial that completes.</param>
/// <param name="reductionFactor">One of so many goes on.</param>
/// <param name="minEarlyStoppingRate">How many rungs at the bottom are left out.</param>
public sealed class SuccessiveHalvingPruner(int? minResource, int reductionFactor, int minEarlyStoppingRate) : IPruner
{
    public bool ShouldPrune(StudyView study, Trial trial)
    {
        if (minResource is { } known)
        {
            return ShouldPrune(study, trial, known, after: -1);
        }

        return FirstMeasured(study) is { } first
            && ShouldPrune(study, trial, Math.Max(first.LastReport()!.Step / 100, 1), after: first.Number);
    }

    /// <summary>The first completed trial with reports: what resources are estimated from.</summary>
    internal static Trial? FirstMeasured(StudyView study) => study.Completed().FirstOrDefault(trial => trial.LastReport() is not null);

    /// <param name="after">Trials up to this number ran before there were rungs.</param>
    internal bool ShouldPrune(StudyView study, Trial trial, int firstRung, int after)
    {
        var rungs = new List<List<double>>();
        foreach (var other in study.Trials.Where(other => other.Number > after))
        {
            Climb(study, other, firstRung, rungs, isRecorded: true);
        }

        return Climb(study, trial, firstRung, rungs, isRecorded: false);
    }

    /// <summary>Follows a trial's reports up the rungs.</summary>
    /// <param name="rungs">The losses at each rung.</param>
    /// <returns>Whether the last report is not worth going on from.</returns>
    private bool Climb(StudyView study, Trial trial, int firstRung, List<List<double>> rungs, bool isRecorded)
    {
        var (rung, isPruned) = (0, false);
        foreach (var report in trial.Intermediate ?? [])
        {
            isPruned = false;
            while (!isPruned && report.Step >= RungStep(firstRung, rung))
            {
                if (double.IsNaN(report.Value))
                {
                    isPruned = true;
                    break;
                }

                if (rungs.Count == rung)
                {
                    rungs.Add([]);
                }

                var loss = study.Loss(report.Value);
                isPruned = !IsPromoted(loss, rungs[rung]);
                if (isRecorded)
                {
                    rungs[rung].Add(loss);
                }

                rung++;
            }
        }

        return isPruned;
    }

    private double RungStep(int firstRung, int rung) => firstRung * Math.Pow(reductionFactor, minEarlyStoppingRate + rung);

    /// <summary>Whether a loss is among the best share of those at a rung, itself counted; the best always is.</summary>
    private bool IsPromoted(double loss, List<double> others)
    {
        var promoted = Math.Max((others.Count + 1) / reductionFactor, 1);
        return others.Count(other => other < loss) < promoted;
    }
}
