namespace Mlops.Training;

public static class LearnerSettings
{
    /// <summary>A value for every hyperparameter of a learner: the spec's where it has one, the default elsewhere.</summary>
    public static Dictionary<string, HyperparameterValue> SettingsFor(this LearnerSpec spec, ILearner learner) => learner.Hyperparameters.ToDictionary(
        known => known.Name,
        known => spec.Hyperparameters?.TryGetValue(known.Name, out var value) is true ? value : known.Default,
        StringComparer.Ordinal);
}
