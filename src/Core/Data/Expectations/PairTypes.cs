namespace Mlops.Data;

/// <summary>Expectations of several columns of a row.</summary>
internal static class PairTypes
{
    public static Rule Greater(Kwargs args)
    {
        var (mostly, orEqual, missing) = (args.Mostly(), args.Flag("or_equal", false), OfPair(args));

        // GX 0.x took these; neither is needed where a text is compared as what it can be read as.
        args.Flag("parse_strings_as_datetimes", true);
        args.Flag("allow_cross_type_comparisons", true);
        return new Rule(Pair(args), true, args.Where(), context => new GreaterRule(context.Columns, mostly, orEqual, missing));
    }

    public static Rule Equal(Kwargs args)
    {
        var (mostly, missing) = (args.Mostly(), OfPair(args));
        return new Rule(Pair(args), true, args.Where(), context => new EqualRule(context.Columns, mostly, missing));
    }

    public static Rule CompoundUnique(Kwargs args)
    {
        var (mostly, missing) = (args.Mostly(), OfSeveral(args));
        return new Rule(
            args.Columns("column_list", 2), false, args.Where(),
            context => new UniqueRule(context.Columns, mostly, missing, context.Budget), ReadsHashes: true);
    }

    public static Rule Sum(Kwargs args)
    {
        var (mostly, missing, total) = (args.Mostly(), OfSeveral(args), args.RequiredNumber("sum_total"));
        return new Rule(
            args.Columns("column_list", 2), true, args.Where(), context => new SumRule(context.Columns, mostly, total, missing));
    }

    private static string[] Pair(Kwargs args) => [args.Column("column_A"), args.Column("column_B")];

    private static MissingRows OfPair(Kwargs args) =>
        Missing(args.OneOf("ignore_row_if", "both_values_are_missing", "either_value_is_missing", "neither"));

    private static MissingRows OfSeveral(Kwargs args) =>
        Missing(args.OneOf("ignore_row_if", "all_values_are_missing", "any_value_is_missing", "never"));

    private static MissingRows Missing(string rule) => rule switch
    {
        "both_values_are_missing" or "all_values_are_missing" => new MissingRows(IfAll: true, IfAny: false),
        "either_value_is_missing" or "any_value_is_missing" => new MissingRows(IfAll: false, IfAny: true),
        _ => new MissingRows(IfAll: false, IfAny: false),
    };
}
