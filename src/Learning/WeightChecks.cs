using Mlops.Training;

namespace Mlops.Learning;

/// <summary>Which weights of rows cannot be learned with.</summary>
internal static class WeightChecks
{
    /// <exception cref="TrainingRefusedException">The rows that count do not differ in their target, or a class has none of them.</exception>
    public static void Require(TrainingData data)
    {
        if (data.Weights is not { } weights)
        {
            return;
        }

        if (weights.Length != data.Target.Length || !Array.TrueForAll(weights, weight => weight >= 0 && double.IsFinite(weight)))
        {
            throw new ArgumentException($"Each of {data.Target.Length} rows needs a weight from 0.", nameof(data));
        }

        var (target, classes) = (data.Signature.Target, data.Signature.Classes);
        var values = data.Target.Where((_, row) => weights[row] > 0).ToHashSet();
        TrainingChecks.Refuse(values.Count < 2, $"The target '{target}' is the same in all rows that have a weight.");
        for (var k = 0; k < classes.Count; k++)
        {
            TrainingChecks.Refuse(!values.Contains(k), $"All rows of the class '{classes[k]}' of '{target}' have the weight 0.");
        }
    }
}
