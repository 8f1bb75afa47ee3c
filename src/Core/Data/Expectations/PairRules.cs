namespace Mlops.Data;

/// <summary>The first column's value must be greater than the second's. Numbers and instants have an order, other texts have none.</summary>
internal sealed class GreaterRule(int[] columns, double mostly, bool orEqual, MissingRows missing) : RowEvaluator(columns, mostly)
{
    protected override Verdict Judge(in RowView row)
    {
        if (missing.Are(row, Columns))
        {
            return Verdict.Missing;
        }

        var (first, second) = (row.Point(Columns[0]), row.Point(Columns[1]));
        return first > second || (orEqual && first == second) ? Verdict.Expected : Verdict.Unexpected;
    }
}

/// <summary>Both columns' values must be the same number or the same text; a missing one is the same as nothing.</summary>
internal sealed class EqualRule(int[] columns, double mostly, MissingRows missing) : RowEvaluator(columns, mostly)
{
    protected override Verdict Judge(in RowView row)
    {
        if (missing.Are(row, Columns))
        {
            return Verdict.Missing;
        }

        ref readonly var first = ref row[Columns[0]];
        ref readonly var second = ref row[Columns[1]];
        var areEqual = first is { IsNumber: true } && second.IsNumber
            ? first.Number == second.Number
            : !first.IsMissing && !second.IsMissing && row.Text(Columns[0]).SequenceEqual(row.Text(Columns[1]));
        return areEqual ? Verdict.Expected : Verdict.Unexpected;
    }
}

/// <summary>The numbers of a row must add up; to within what sums of decimals cannot help, 10^−9 of the total.</summary>
internal sealed class SumRule(int[] columns, double mostly, double total, MissingRows missing) : RowEvaluator(columns, mostly)
{
    private const double Tolerance = 1e-9;

    protected override Verdict Judge(in RowView row)
    {
        if (missing.Are(row, Columns))
        {
            return Verdict.Missing;
        }

        var sum = 0.0;
        foreach (var column in Columns)
        {
            ref readonly var cell = ref row[column];
            sum += cell.IsNumber ? cell.Number : double.NaN;
        }

        return Math.Abs(sum - total) <= Tolerance * Math.Max(1, Math.Abs(total)) ? Verdict.Expected : Verdict.Unexpected;
    }
}

/// <summary>A row must not be one that the condition means.</summary>
internal sealed class ConditionRule(int[] columns, double mostly, Condition unexpected) : RowEvaluator(columns, mostly)
{
    protected override bool JudgesMissing => true;

    protected override Verdict Judge(in RowView row) => unexpected.Holds(row, Columns) ? Verdict.Unexpected : Verdict.Expected;
}
