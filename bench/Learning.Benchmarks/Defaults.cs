using Mlops.Training;

namespace Mlops.Learning;

/// <summary>A learner's hyperparameters as a benchmark sets them.</summary>
internal static class Defaults
{
    /// <summary>Those declared, with all rounds: early stopping would make the work depend on luck.</summary>
    public static Dictionary<string, HyperparameterValue> Of(ILearner learner)
    {
        var values = learner.Hyperparameters.ToDictionary(
            parameter => parameter.Name, parameter => parameter.Default, StringComparer.Ordinal);
        if (values.ContainsKey("earlyStoppingRounds"))
        {
            values["earlyStoppingRounds"] = 0;
        }

        return values;
    }
}
