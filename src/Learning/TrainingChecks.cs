using Mlops.Registry;
using Mlops.Training;

namespace Mlops.Learning;

/// <summary>What no learner can learn from.</summary>
internal static class TrainingChecks
{
    /// <exception cref="TrainingRefusedException">The data cannot be learned from.</exception>
    public static void Require(TrainingData data, ILearner learner)
    {
        var (features, target, signature) = (data.Features, data.Target, data.Signature);
        if (target.Length != features.RowCount)
        {
            throw new ArgumentException($"{features.RowCount} rows have {target.Length} targets.", nameof(data));
        }

        Refuse(!learner.Tasks.Contains(signature.Task), $"{learner.Name} does not do {signature.Task} tasks.");
        Refuse(target.Length is 0, "There are no rows to learn from.");
        RequireSize(target.Length, Math.Max(1, signature.Classes.Count), "classes");
        Refuse(
            target.Any(value => !double.IsFinite(value)),
            $"The target '{signature.Target}' of {target.Count(value => !double.IsFinite(value))} rows is missing or infinite.");
        if (signature.Task is TaskType.Regression)
        {
            Refuse(target.All(value => value == target[0]), $"The target '{signature.Target}' is the same in all rows.");
        }
        else
        {
            RequireClasses(target, signature);
        }
    }

    /// <exception cref="TrainingRefusedException">Every feature has one value in all rows.</exception>
    public static void RequireUsable(IEnumerable<bool> usable) =>
        Refuse(!usable.Any(flag => flag), "There is nothing to learn from: each feature has one value in all rows, or none.");

    /// <exception cref="TrainingRefusedException">A table of so many rows and columns does not fit one array.</exception>
    public static void RequireSize(int rows, int columns, string what) =>
        Refuse((long)rows * columns > Array.MaxLength, $"{rows} rows × {columns} {what} are too many to learn from at once.");

    /// <exception cref="TrainingRefusedException">Some feature is to be monotone.</exception>
    public static void RefuseMonotone(TrainingOptions options, ILearner learner) => Refuse(
        options.Monotone?.Values.Any(direction => direction is not 0) is true,
        $"{learner.Name} cannot promise that predictions only rise or only fall with a feature; gradient-boosting can.");

    public static void Refuse(bool broken, string reason)
    {
        if (broken)
        {
            throw new TrainingRefusedException(reason);
        }
    }

    private static void RequireClasses(double[] target, ModelSignature signature)
    {
        Refuse(
            signature.Classes.Count > target.Length,
            $"{target.Length} rows cannot teach the {signature.Classes.Count} classes of '{signature.Target}'.");
        var counts = new int[signature.Classes.Count];
        foreach (var value in target)
        {
            if (value < 0 || value >= counts.Length || value != Math.Floor(value))
            {
                throw new ArgumentException($"{value} is not the index of one of {counts.Length} classes.", nameof(target));
            }

            counts[(int)value]++;
        }

        var only = Array.FindIndex(counts, count => count == target.Length);
        Refuse(only >= 0, $"The target '{signature.Target}' is the same in all rows.");
        var absent = Array.IndexOf(counts, 0);
        Refuse(absent >= 0, absent < 0 ? "" : $"No row has the class '{signature.Classes[absent]}' of '{signature.Target}'.");
    }
}
