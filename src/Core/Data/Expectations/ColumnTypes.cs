using System.Text.Json;

namespace Mlops.Data;

/// <summary>Expectations of one column as a whole.</summary>
internal static class ColumnTypes
{
    private const int MaxBins = 10_000;
    private const double SumTolerance = 1e-6;

    public static Rule Figures(Kwargs args, Figure figure)
    {
        var bounds = args.Bounds(takesInstants: figure is Figure.Minimum or Figure.Maximum);
        return OfColumn(args, true, context => new FigureEvaluator(context.Column, figure, bounds));
    }

    public static Rule Quantiles(Kwargs args)
    {
        const string Name = "quantile_ranges";
        var ranges = new List<Bounds>();
        IReadOnlyList<double> shares = [];
        if (args.Object(Name) is { } given)
        {
            shares = args.Numbers("quantiles", given, Name);
            for (var i = 0; i < shares.Count; i++)
            {
                if (shares[i] is < 0 or > 1)
                {
                    args.Wrong($"{Name}.quantiles[{i}]", "expected a number from 0 to 1", 0);
                }
            }

            ranges = ReadRanges(args, given, shares.Count);
        }

        // GX offers to let databases approximate; here it changes nothing.
        args.Flag("allow_relative_error", false);
        return OfColumn(args, true, context => new QuantileEvaluator(context.Column, shares, ranges));
    }

    public static Rule DistinctCount(Kwargs args, bool asShare)
    {
        var bounds = asShare ? args.Bounds(from: 0, to: 1) : args.Bounds(from: 0);
        return OfColumn(args, false, context => new DistinctCountEvaluator(context.Column, asShare, bounds, context.Budget)) with
        {
            ReadsHashes = true,
        };
    }

    public static Rule DistinctValues(Kwargs args, SetRelation relation)
    {
        var set = args.Values("value_set");
        return OfColumn(args, set.ReadsNumbers, context => new DistinctSetEvaluator(context.Column, set, relation));
    }

    public static Rule Divergence(Kwargs args)
    {
        var threshold = args.Number("threshold", 0);
        var (tail, inner) = (args.Number("tail_weight_holdout", 0, 1) ?? 0, args.Number("internal_weight_holdout", 0, 1) ?? 0);
        if (tail + inner > 1)
        {
            args.Wrong("internal_weight_holdout", "expected at most 1 together with tail_weight_holdout", 0);
        }

        args.Flag("bucketize_data", true);
        var partition = ReadPartition(args, tail, inner);
        return OfColumn(
            args,
            partition.Bins is not null || partition.Values?.ReadsNumbers is true,
            context => new DivergenceEvaluator(context.Column, partition, threshold, tail, inner));
    }

    private static List<Bounds> ReadRanges(Kwargs args, JsonElement given, int count)
    {
        const string Place = "quantile_ranges.value_ranges";
        var ranges = new List<Bounds>();
        if (!given.TryGetProperty("value_ranges", out var list) || list.ValueKind is not JsonValueKind.Array)
        {
            return args.Wrong(Place, "is required: a list of [least, most], either of them null", ranges);
        }

        foreach (var range in list.EnumerateArray())
        {
            var isRange = range.ValueKind is JsonValueKind.Array && range.GetArrayLength() is 2
                && range.EnumerateArray().All(bound => bound.ValueKind is JsonValueKind.Number or JsonValueKind.Null);
            double? least = isRange && range[0].ValueKind is JsonValueKind.Number ? range[0].GetDouble() : null;
            double? most = isRange && range[1].ValueKind is JsonValueKind.Number ? range[1].GetDouble() : null;
            if (!isRange || least > most)
            {
                args.Wrong($"{Place}[{ranges.Count}]", "expected [least, most], either of them null", 0);
            }

            ranges.Add(new Bounds(least, most));
        }

        return ranges.Count == count ? ranges : args.Wrong(Place, $"expected as many ranges as quantiles: {count}", ranges);
    }

    private static Partition ReadPartition(Kwargs args, double tail, double inner)
    {
        const string Name = "partition_object";
        var none = new Partition(new ValueSet([]), null, [], null);
        if (args.Object(Name) is not { } given)
        {
            return none;
        }

        double[] weights = [.. args.Numbers("weights", given, Name)];
        for (var i = 0; i < weights.Length; i++)
        {
            if (weights[i] < 0)
            {
                args.Wrong($"{Name}.weights[{i}]", "expected a number from 0", 0);
            }
        }

        var hasBins = given.TryGetProperty("bins", out _);
        var partition = hasBins
            ? new Partition(null, ReadBins(args, given, weights.Length), weights, ReadTails(args, given, tail))
            : new Partition(ReadValues(args, given, weights.Length, inner), null, weights, null);
        var sum = weights.Sum() + (partition.TailWeights?.Sum() ?? 0);
        return weights.Length > 0 && Math.Abs(sum - 1) > SumTolerance
            ? args.Wrong($"{Name}.weights", "expected weights that add up to 1, with tail_weights where there are any", partition)
            : partition;
    }

    private static double[] ReadBins(Kwargs args, JsonElement given, int weights)
    {
        double[] bins = [.. args.Numbers("bins", given, "partition_object")];
        var areAscending = bins.Zip(bins.Skip(1)).All(pair => pair.First < pair.Second);
        return bins.Length is > 1 and <= MaxBins && bins.Length == weights + 1 && areAscending
            ? bins
            : args.Wrong("partition_object.bins", $"expected 2 to {MaxBins} ascending bounds, one more than weights", bins);
    }

    private static double[]? ReadTails(Kwargs args, JsonElement given, double tail)
    {
        if (!given.TryGetProperty("tail_weights", out _))
        {
            return null;
        }

        double[] tails = [.. args.Numbers("tail_weights", given, "partition_object")];
        return tails is [>= 0, >= 0] && tail is 0
            ? tails
            : args.Wrong("partition_object.tail_weights", "expected two weights from 0, and no tail_weight_holdout", tails);
    }

    private static ValueSet ReadValues(Kwargs args, JsonElement given, int weights, double inner)
    {
        const string Place = "partition_object.values";
        if (inner > 0)
        {
            args.Wrong("internal_weight_holdout", "is for bins; values have none", 0);
        }

        var isList = given.TryGetProperty("values", out var values) && values.ValueKind is JsonValueKind.Array
            && values.GetArrayLength() is > 0 and <= MaxBins;
        IReadOnlyList<JsonElement> items = isList ? [.. values.EnumerateArray()] : [];
        var areValues = items.All(item => item.ValueKind is JsonValueKind.String or JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False);
        var areUnique = items.DistinctBy(item => item.ToString()).Count() == items.Count;
        var set = new ValueSet(items);
        return items.Count == weights && items.Count > 0 && areValues && areUnique
            ? set
            : args.Wrong(Place, $"expected 1 to {MaxBins} different texts or numbers, as many as weights; or bins", set);
    }

    private static Rule OfColumn(Kwargs args, bool readsNumbers, Func<RuleContext, Evaluator> begin) =>
        new([args.Column()], readsNumbers, args.Where(), begin);
}
