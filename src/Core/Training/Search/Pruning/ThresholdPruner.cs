namespace Mlops.Training;

/// <summary>Gives up a trial that reports a value out of bounds, or none that is a number.</summary>
public sealed class ThresholdPruner(double lower, double upper, int warmupSteps, int intervalSteps) : IPruner
{
    public bool ShouldPrune(StudyView study, Trial trial) =>
        trial.IsDue(warmupSteps, intervalSteps) && trial.LastReport() is { Value: var value } && !(value >= lower && value <= upper);
}
