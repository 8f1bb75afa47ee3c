using System.Collections.Frozen;
using System.Text.Json;

namespace Mlops.Data;

/// <summary>Expectations of the values of one column, each by itself.</summary>
internal static class ValueTypes
{
    /// <summary>The names that pandas, SQL, Spark, Python and this product have for what a text can be read as.</summary>
    private static readonly FrozenDictionary<string, ValueKinds> Kinds = new Dictionary<ValueKinds, string>
    {
        [ValueKinds.Integer] = "integer int int8 int16 int32 int64 uint8 uint16 uint32 uint64 bigint smallint long IntegerType LongType",
        [ValueKinds.Number] = "number float float32 float64 double decimal numeric real FloatType DoubleType DecimalType",
        [ValueKinds.Boolean] = "boolean bool bool_ BooleanType",
        [ValueKinds.Timestamp] = "timestamp datetime date datetime64 datetime64[ns] Timestamp TimestampType DateType",
        [ValueKinds.Text] = "text category string str object varchar char StringType",
    }.SelectMany(pair => pair.Value.Split(' ').Select(name => (Name: name, Kind: pair.Key)))
        .DistinctBy(pair => pair.Name, StringComparer.OrdinalIgnoreCase)
        .ToFrozenDictionary(pair => pair.Name, pair => pair.Kind, StringComparer.OrdinalIgnoreCase);

    private const string KindsExpected = "expected integer, number, boolean, timestamp or text, or what pandas, SQL or Spark call them";

    public static Rule Null(Kwargs args, bool mustBeMissing)
    {
        var mostly = args.Mostly();
        return OfValues(args, false, context => new NullRule(context.Columns, mostly, mustBeMissing));
    }

    public static Rule OfType(Kwargs args)
    {
        var mostly = args.Mostly();
        if (!Kinds.TryGetValue(args.RequiredText("type_"), out var kinds) && args.Has("type_"))
        {
            args.Wrong("type_", KindsExpected, 0);
        }

        return OfValues(args, true, context => new TypeRule(context.Columns, mostly, kinds));
    }

    public static Rule InTypeList(Kwargs args)
    {
        var (mostly, kinds, names) = (args.Mostly(), ValueKinds.None, args.Items("type_list") ?? []);
        for (var i = 0; i < names.Count; i++)
        {
            kinds |= names[i].ValueKind is JsonValueKind.String && Kinds.TryGetValue(names[i].GetString() ?? "", out var kind)
                ? kind
                : args.Wrong($"type_list[{i}]", KindsExpected, ValueKinds.None);
        }

        return OfValues(args, true, context => new TypeRule(context.Columns, mostly, kinds));
    }

    public static Rule InSet(Kwargs args, bool mustBeIn)
    {
        var (mostly, set) = (args.Mostly(), args.Values("value_set"));
        return OfValues(args, set.ReadsNumbers, context => new SetRule(context.Columns, mostly, set, mustBeIn));
    }

    public static Rule Between(Kwargs args)
    {
        var (mostly, bounds) = (args.Mostly(), args.Bounds(takesInstants: true));
        return OfValues(args, true, context => new BetweenRule(context.Columns, mostly, bounds));
    }

    public static Rule Unique(Kwargs args)
    {
        var mostly = args.Mostly();
        return OfValues(args, false, context => new UniqueRule(context.Columns, mostly, MissingRows.OfOneColumn, context.Budget)) with
        {
            ReadsHashes = true,
        };
    }

    public static Rule Matches(Kwargs args, bool mustMatch)
    {
        var (mostly, pattern) = (args.Mostly(), args.Pattern("regex"));
        return OfValues(args, false, context => new PatternRule(context.Columns, mostly, pattern, mustMatch));
    }

    public static Rule Lengths(Kwargs args)
    {
        var (mostly, bounds) = (args.Mostly(), args.Bounds(from: 0));
        return OfValues(args, false, context => new LengthRule(context.Columns, mostly, bounds));
    }

    public static Rule Strftime(Kwargs args)
    {
        var mostly = args.Mostly();
        var text = args.RequiredText("strftime_format");
        try
        {
            var format = StrftimeFormat.Parse(text);
            return OfValues(args, false, context => new StrftimeRule(context.Columns, mostly, format));
        }
        catch (FormatException fault)
        {
            if (args.Has("strftime_format"))
            {
                args.Wrong("strftime_format", fault.Message, 0);
            }

            return OfValues(args, false, _ => new UndecidedEvaluator(fault.Message));
        }
    }

    public static Rule Ordered(Kwargs args, bool mustRise)
    {
        var (mostly, isStrict) = (args.Mostly(), args.Flag("strictly", false));
        return OfValues(args, true, context => new OrderRule(context.Columns, mostly, mustRise, isStrict));
    }

    public static Rule Deviations(Kwargs args)
    {
        var (mostly, threshold, isDoubleSided) = (args.Mostly(), args.RequiredNumber("threshold"), args.Flag("double_sided", true));
        return OfValues(args, true, context => new DeviationRule(context.Columns, mostly, threshold, isDoubleSided));
    }

    private static Rule OfValues(Kwargs args, bool readsNumbers, Func<RuleContext, Evaluator> begin) =>
        new([args.Column()], readsNumbers, args.Where(), begin);
}
