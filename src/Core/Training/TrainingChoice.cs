namespace Mlops.Training;

/// <summary>What a training learns with once nothing is open any more: as the spec says, or as a study found it.</summary>
/// <param name="Learner">With every hyperparameter that differs from its default.</param>
/// <param name="Preprocessing">How single columns are prepared.</param>
public sealed record TrainingChoice(
    LearnerSpec Learner, IReadOnlyDictionary<string, ColumnPreprocessing>? Preprocessing = null);
