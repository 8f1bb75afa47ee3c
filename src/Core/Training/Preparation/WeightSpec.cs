using Mlops.Data;
using Mlops.Registry;

namespace Mlops.Training;

/// <summary>How much rows count in training. Evaluation counts every row alike.</summary>
/// <remarks>What is given multiplies: a row's weight is that of its column times that of its class.</remarks>
/// <param name="Column">A column of weights, finite and not negative; it is no feature.</param>
/// <param name="Balanced">Whether every class counts alike however many rows it has.</param>
/// <param name="Classes">The factor on the rows of single classes; 1 for those not named.</param>
public sealed record WeightSpec(string? Column = null, bool Balanced = false, IReadOnlyDictionary<string, double>? Classes = null)
{
    /// <summary>What is wrong whatever the data are.</summary>
    internal IEnumerable<SpecError> Check(string path, TrainingSpec spec)
    {
        if (Column is { } column)
        {
            if (column.Length is 0 || column.Length > CsvLimits.Default.MaxNameLength)
            {
                yield return new SpecError($"{path}.column", "expected the name of a column");
            }
            else if (column == spec.Target)
            {
                yield return new SpecError($"{path}.column", "the target cannot be the weight");
            }
            else if (spec.Features?.Contains(column) is true)
            {
                yield return new SpecError($"{path}.column", $"'{column}' is a feature; the weight cannot be one");
            }
        }

        if (spec.Task is TaskType.Regression)
        {
            foreach (var error in CheckNoClasses(path))
            {
                yield return error;
            }
        }

        foreach (var (label, factor) in Classes ?? new Dictionary<string, double>())
        {
            if (factor is not (>= 0 and < double.PositiveInfinity))
            {
                yield return new SpecError($"{path}.classes.{label}", "expected a number from 0");
            }
        }
    }

    /// <summary>What is wrong with it on these data.</summary>
    /// <param name="classes">The labels of the target; null if it is a quantity.</param>
    internal IEnumerable<SpecError> CheckAgainst(DataFrame data, IReadOnlyCollection<string>? classes, string path)
    {
        if (Column is { } column && data.Find(column) is not NumericColumn)
        {
            yield return new SpecError($"{path}.column", data.Find(column) is { } found
                ? $"expected a column of numbers; '{column}' is of type {found.Schema.Type}"
                : $"the data set has no column '{column}'");
        }

        if (classes is null)
        {
            foreach (var error in CheckNoClasses(path))
            {
                yield return error;
            }

            yield break;
        }

        foreach (var label in (Classes?.Keys ?? []).Where(label => !classes.Contains(label)))
        {
            var known = string.Join(", ", classes.Take(10)) + (classes.Count > 10 ? ", …" : "");
            yield return new SpecError($"{path}.classes.{label}", $"the target has no such class; it has {known}");
        }
    }

    private IEnumerable<SpecError> CheckNoClasses(string path)
    {
        if (Balanced)
        {
            yield return new SpecError($"{path}.balanced", "only classes can be balanced");
        }

        if (Classes is { Count: > 0 })
        {
            yield return new SpecError($"{path}.classes", "a quantity has no classes");
        }
    }
}
