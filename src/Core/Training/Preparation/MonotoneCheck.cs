using Mlops.Data;
using Mlops.Registry;

namespace Mlops.Training;

/// <summary>Finds what cannot be promised of <see cref="LearnerSpec.Monotone"/>.</summary>
internal static class MonotoneCheck
{
    private const string Path = "learner.monotone";
    private const string TwoClasses = "predictions of more than two classes do not rise or fall";

    /// <summary>What is wrong whatever the data is.</summary>
    public static IEnumerable<SpecError> Check(TrainingSpec spec, ILearner learner, IReadOnlyCollection<ILearner> learners)
    {
        foreach (var (feature, direction) in spec.Learner?.Monotone ?? new Dictionary<string, int>())
        {
            if (direction is < -1 or > 1)
            {
                yield return new SpecError($"{Path}.{feature}", "expected 1, 0 or -1");
            }

            if (spec.Features?.Contains(feature) is false)
            {
                yield return new SpecError($"{Path}.{feature}", NoFeature(feature));
            }
        }

        if (!IsAsked(spec))
        {
            yield break;
        }

        if (!learner.CanBeMonotone)
        {
            var able = learners.Where(known => known.CanBeMonotone).Select(known => known.Name).Order(StringComparer.Ordinal).ToList();
            yield return new SpecError(
                Path, $"{learner.Name} cannot promise it{(able.Count > 0 ? $"; {string.Join(", ", able)} can" : "")}");
        }
        else if (spec.Task is TaskType.Multiclass)
        {
            yield return new SpecError(Path, TwoClasses);
        }
    }

    /// <summary>What does not fit the data.</summary>
    /// <param name="features">Those that a model learns from.</param>
    public static IEnumerable<SpecError> CheckAgainst(TrainingSpec spec, TaskType task, IReadOnlyList<ColumnSchema> features)
    {
        if (IsAsked(spec) && task is TaskType.Multiclass)
        {
            yield return new SpecError(Path, TwoClasses);
        }

        foreach (var name in spec.Learner?.Monotone?.Keys ?? [])
        {
            if (features.FirstOrDefault(feature => feature.Name == name) is not { } feature)
            {
                yield return new SpecError($"{Path}.{name}", NoFeature(name));
            }
            else if (!feature.IsNumeric)
            {
                yield return new SpecError(
                    $"{Path}.{name}", $"'{name}' is of type {feature.Type}; predictions can only rise or fall with a number");
            }
            else if (feature.Type is ColumnType.Timestamp && spec.Preprocessing?.GetValueOrDefault(name)?.Dates is not { Count: 0 })
            {
                yield return new SpecError(
                    $"{Path}.{name}",
                    $"the month or the hour of '{name}' begins again and again: preprocess it with dates [] for the time alone");
            }
        }
    }

    private static bool IsAsked(TrainingSpec spec) => spec.Learner?.Monotone?.Values.Any(direction => direction is not 0) is true;

    private static string NoFeature(string name) => $"'{name}' is none of the features";
}
