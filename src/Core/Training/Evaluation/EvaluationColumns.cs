using Mlops.Data;

namespace Mlops.Training;

/// <summary>Finds the columns that a spec names for splitting, folding and slicing and the data has not, before anything is trained.</summary>
internal static class EvaluationColumns
{
    public static IEnumerable<SpecError> Check(TrainingSpec spec, DataFrame data)
    {
        (string Path, string? Column, bool IsTime)[] named =
        [
            ("split.column", spec.Split?.Column, spec.Split?.Kind is FoldKind.TimeOrdered),
            ("validation.column", spec.Validation?.Column, spec.Validation?.Kind is FoldKind.TimeOrdered),
            (
                "evaluation.crossValidation.column",
                spec.Evaluation?.CrossValidation?.Column,
                spec.Evaluation?.CrossValidation?.Kind is FoldKind.TimeOrdered),
            .. (spec.Evaluation?.Slices ?? []).Select((column, i) => ($"evaluation.slices[{i}]", (string?)column, false)),
        ];
        foreach (var (path, column, isTime) in named.Where(name => name.Column is not null))
        {
            if (data.Find(column!) is not { } found)
            {
                yield return new SpecError(path, $"the data set has no column '{column}'");
            }
            else if (isTime && found is not NumericColumn)
            {
                yield return new SpecError(
                    path, $"'{column}' is a {found.Schema.Type.ToString().ToLowerInvariant()}; expected a column of timestamps or numbers");
            }
        }
    }
}
