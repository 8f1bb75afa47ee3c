namespace Mlops.Training;

/// <summary>What rows of a slice have in common, in one column: a value, a range or none.</summary>
/// <param name="Value">The category; for booleans <c>0</c> or <c>1</c>.</param>
/// <param name="Over">Numbers greater than this.</param>
/// <param name="UpTo">Numbers at most this.</param>
/// <param name="IsMissing">Rows without a value.</param>
public sealed record SliceCondition(string Column, string? Value = null, double? Over = null, double? UpTo = null, bool IsMissing = false)
{
    /// <summary>In words: <c>age over 40, up to 60</c>.</summary>
    public override string ToString() => this switch
    {
        { IsMissing: true } => $"{Column} is missing",
        { Value: { } value } => $"{Column} is {value}",
        { Over: { } over, UpTo: { } upTo } => FormattableString.Invariant($"{Column} over {over:G4}, up to {upTo:G4}"),
        { Over: { } over } => FormattableString.Invariant($"{Column} over {over:G4}"),
        _ => FormattableString.Invariant($"{Column} up to {UpTo:G4}"),
    };
}

/// <summary>How good a model is on some of the rows.</summary>
/// <param name="Conditions">One, or two of different columns: both hold.</param>
/// <param name="Metrics">On these rows alone; what is undefined is left out.</param>
/// <param name="Loss">The mean log loss or squared error of a row.</param>
/// <param name="LossElsewhere">The same of all other rows.</param>
/// <param name="PValue">The chance that rows of equal quality differ so much against this slice or more: Welch's t test of the losses,
/// one-sided, times the number of slices looked at (Bonferroni), at most 1.</param>
/// <param name="IsWorse">Whether that chance is under 5 %.</param>
/// <param name="Interval">Of the headline metric, by bootstrap, not corrected for the number of slices; absent where it is undefined.</param>
public sealed record SliceReport(
    IReadOnlyList<SliceCondition> Conditions,
    int Rows,
    IReadOnlyDictionary<string, double> Metrics,
    double Loss,
    double LossElsewhere,
    double PValue,
    bool IsWorse,
    Interval? Interval = null);

/// <summary>The rows of a slice, before anything is measured on them.</summary>
/// <param name="Rows">Ascending.</param>
public sealed record Slice(IReadOnlyList<SliceCondition> Conditions, int[] Rows);
