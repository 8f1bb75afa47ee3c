using Mlops.Data;

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
    }
}

/// <summary>Cuts rows into folds.</summary>
public static class CrossValidation
{
    /// <param name="target">The class index or value of each row, never NaN.</param>
    /// <param name="groups">The column that the spec names; null if it names none.</param>
    /// <returns>For each fold of each repeat the rows to learn from and to test on, ascending.</returns>
    public static IReadOnlyList<HoldOut> Folds(CrossValidationSpec spec, double[] target, bool isClassification, Column? groups, long seed)
    {
        var random = new DeterministicRandom(seed);
        int[] rows = [.. Enumerable.Range(0, target.Length)];
        random.Shuffle(rows);
        return
        [
            .. Enumerable.Range(0, spec.Folds).Select(fold => new HoldOut(
                [.. rows.Where((_, index) => index % spec.Folds != fold).Order()],
                [.. rows.Where((_, index) => index % spec.Folds == fold).Order()])),
        ];
    }
}
