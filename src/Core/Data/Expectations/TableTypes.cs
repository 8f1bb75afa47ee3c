namespace Mlops.Data;

/// <summary>Expectations of a table as a whole.</summary>
internal static class TableTypes
{
    public static Rule RowCount(Kwargs args)
    {
        var bounds = args.Bounds(from: 0);
        return new Rule([], false, args.Where(), _ => new RowCountEvaluator(bounds));
    }

    public static Rule ColumnSet(Kwargs args)
    {
        var (columns, isExact) = (args.Columns("column_set", 1), args.Flag("exact_match", true));
        return OfHeader(names => HeaderFindings.OfSet(names, columns, isExact));
    }

    public static Rule ColumnList(Kwargs args)
    {
        var columns = args.Columns("column_list", 1);
        return OfHeader(names => HeaderFindings.OfList(names, columns));
    }

    public static Rule ColumnExists(Kwargs args)
    {
        var (column, place) = (args.Column(), args.Number("column_index", 0, CsvLimits.Default.MaxColumns));
        if (place is { } given && given != Math.Floor(given))
        {
            args.Wrong("column_index", "expected a whole number", 0);
        }

        return OfHeader(names => HeaderFindings.OfColumn(names, column, (int?)place));
    }

    public static Rule UnexpectedRows(Kwargs args)
    {
        if (args.Has("unexpected_rows_query"))
        {
            args.Wrong(
                "unexpected_rows_query",
                "SQL is not run here; say which rows are unexpected in unexpected_rows_condition, as amount < 0 or paid is null",
                0);
        }

        var mostly = args.Mostly();
        var unexpected = args.RequiredCondition("unexpected_rows_condition");
        return new Rule(
            unexpected?.Columns ?? [], true, args.Where(), context => new ConditionRule(context.Columns, mostly, unexpected!));
    }

    private static Rule OfHeader(Func<IReadOnlyList<string>, Finding> find) =>
        new([], false, null, context => new DecidedEvaluator(find(context.Names)));
}
