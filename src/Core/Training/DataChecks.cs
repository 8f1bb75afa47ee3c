using Mlops.Registry;

namespace Mlops.Training;

/// <summary>What is worth knowing of the data before training, and what forbids it.</summary>
/// <param name="Rows">Rows with a target, the only ones used.</param>
/// <param name="RowsWithoutTarget">Rows left out.</param>
/// <param name="Errors">Why training cannot start; empty if it can.</param>
/// <param name="Warnings">What the person who asked should know.</param>
public sealed record DataCheck(int Rows, int RowsWithoutTarget, IReadOnlyList<string> Errors, IReadOnlyList<string> Warnings);

/// <summary>Looks at planned data as training will see it.</summary>
public static class DataChecks
{
    private const int MinRows = 10;
    private const int FewRowsOfClass = 10;
    private const int ManyLevels = 1_000;
    private const double NearlyUniqueShare = 0.5;

    public static DataCheck Check(TrainingPlan plan, Data.DataFrame data)
    {
        var errors = new List<string>();
        var warnings = new List<string>();
        var known = plan.Target.Where(value => !double.IsNaN(value)).ToArray();
        if (known.Length < MinRows)
        {
            errors.Add($"{known.Length} rows have a target; training needs at least {MinRows}.");
        }
        else if (plan.Signature.Task is TaskType.Regression)
        {
            if (known.Any(double.IsInfinity))
            {
                errors.Add($"'{plan.Signature.Target}' has infinite values.");
            }
            else if (known.Min() == known.Max())
            {
                errors.Add($"'{plan.Signature.Target}' is the same in every row, so there is nothing to learn.");
            }
        }
        else
        {
            CheckClassSizes(plan, known, errors, warnings);
        }

        var teaching = 0;
        foreach (var feature in plan.Signature.Features)
        {
            var column = data[feature.Name];
            var present = column switch
            {
                Data.NumericColumn numbers => numbers.Values.Where(value => !double.IsNaN(value)).Distinct().Take(2).Count(),
                Data.StringColumn strings => strings.Codes.Where(code => code >= 0).Distinct().Take(2).Count(),
                _ => 0,
            };
            if (present < 2)
            {
                warnings.Add($"'{feature.Name}' {(present is 0 ? "has no value" : "is the same")} in every row and teaches nothing.");
                continue;
            }

            teaching++;
            if (column is Data.StringColumn { Levels.Length: > ManyLevels } texts && IsNearlyUnique(texts))
            {
                warnings.Add(
                    $"'{feature.Name}' has {texts.Levels.Length} different texts in {texts.Length} rows; only as text can it teach anything.");
            }
        }

        if (teaching is 0)
        {
            errors.Add("Every feature is the same in every row or has no value, so there is nothing to learn from.");
        }

        if (plan.Target.Length > known.Length)
        {
            warnings.Add($"{plan.Target.Length - known.Length} rows have no target and are left out.");
        }

        return new DataCheck(known.Length, plan.Target.Length - known.Length, errors, warnings);
    }

    private static bool IsNearlyUnique(Data.StringColumn texts) =>
        texts.Levels.Length > NearlyUniqueShare * texts.Codes.Count(code => code != Data.StringColumn.Missing);

    private static void CheckClassSizes(TrainingPlan plan, double[] known, List<string> errors, List<string> warnings)
    {
        for (var k = 0; k < plan.Signature.Classes.Count; k++)
        {
            var rows = known.Count(label => label == k);
            if (rows < 2)
            {
                errors.Add($"Class '{plan.Signature.Classes[k]}' has {rows} row; at least one is needed to train and one to test.");
            }
            else if (rows < FewRowsOfClass)
            {
                warnings.Add($"Class '{plan.Signature.Classes[k]}' has only {rows} rows.");
            }
        }
    }
}
