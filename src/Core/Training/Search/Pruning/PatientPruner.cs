namespace Mlops.Training;

/// <summary>Asks another pruner only about trials that have not become better for a while.</summary>
/// <param name="wrapped">Who decides then; null to give up at once.</param>
/// <param name="patience">How many reports may pass without a better one.</param>
/// <param name="minDelta">How much better counts as better.</param>
public sealed class PatientPruner(IPruner? wrapped, int patience, double minDelta) : IPruner
{
    public bool ShouldPrune(StudyView study, Trial trial)
    {
        var losses = (trial.Intermediate ?? []).Select(report => study.Loss(report.Value)).ToArray();
        if (losses.Length <= patience + 1)
        {
            return false;
        }

        var (before, since) = (losses[..^(patience + 1)].LeastIgnoringNaN(), losses[^(patience + 1)..].LeastIgnoringNaN());
        return before + minDelta < since && (wrapped is null || wrapped.ShouldPrune(study, trial));
    }
}
