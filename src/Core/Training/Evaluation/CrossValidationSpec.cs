namespace Mlops.Training;

/// <summary>How rows are cut into folds.</summary>
public enum FoldKind { Stratified, Random, Grouped, TimeOrdered }

/// <summary>How models are compared on rows that they have not seen.</summary>
/// <param name="Folds">2 to 20.</param>
/// <param name="Repeats">How often the rows are cut anew, 1 to 20; every fold of every repeat is a measurement.</param>
/// <param name="Kind">Absent: stratified for classes, random for quantities.</param>
/// <param name="Column">Of <see cref="FoldKind.Grouped"/>: rows with one value stay together. Of <see cref="FoldKind.TimeOrdered"/>:
/// later rows are predicted from earlier ones.</param>
public sealed record CrossValidationSpec(int Folds = 5, int Repeats = 1, FoldKind? Kind = null, string? Column = null)
{
    internal IEnumerable<SpecError> Check(string path)
    {
        if (Folds is < 2 or > 20)
        {
            yield return new SpecError($"{path}.folds", "expected a whole number from 2 to 20");
        }

        if (Repeats is < 1 or > 20)
        {
            yield return new SpecError($"{path}.repeats", "expected a whole number from 1 to 20");
        }
        else if (Repeats > 1 && Kind is FoldKind.TimeOrdered)
        {
            yield return new SpecError($"{path}.repeats", "expected 1, for time has only one order");
        }

        foreach (var error in CheckColumn(Kind, Column, path))
        {
            yield return error;
        }
    }

    /// <summary>Groups and times need a column; other kinds have none.</summary>
    internal static IEnumerable<SpecError> CheckColumn(FoldKind? kind, string? column, string path)
    {
        if (kind is FoldKind.Grouped or FoldKind.TimeOrdered)
        {
            if (string.IsNullOrEmpty(column))
            {
                var what = kind is FoldKind.Grouped ? "whose values are the groups" : "that has the time";
                yield return new SpecError($"{path}.column", $"expected the name of the column {what}");
            }
        }
        else if (column is not null)
        {
            yield return new SpecError($"{path}.column", "must be absent unless kind is grouped or timeOrdered");
        }
    }
}
