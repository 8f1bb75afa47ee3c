namespace Mlops.Training;

/// <summary>Lets every trial end.</summary>
public sealed class NopPruner : IPruner
{
    public bool ShouldPrune(StudyView study, Trial trial) => false;
}
