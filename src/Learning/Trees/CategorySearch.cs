namespace Mlops.Learning;

/// <summary>Finds the best division of a node's categories in two.</summary>
/// <remarks>
/// Fisher, "On grouping for maximum homogeneity", JASA 53, 1958: ordered by what each would have as a leaf, the best two groups are
/// among the cuts of the order. As in LightGBM the order is by gradient over hessian with a smoothing term, so that rare categories do
/// not stand at its ends by luck; scikit-learn's HistGradientBoosting does the same. Missing counts as a category. What the node has
/// not seen goes right.
/// </remarks>
internal static class CategorySearch
{
    /// <param name="bins">The column's histogram, with the bin of what is missing if it has one.</param>
    public static Split Best(
        ReadOnlySpan<FixedSum> bins, FeatureBins column, int number, FixedSum whole, ValueBounds bounds, in LeafRule rule)
    {
        Span<double> ratios = stackalloc double[bins.Length];
        Span<byte> order = stackalloc byte[bins.Length];
        var seen = 0;
        for (var bin = 0; bin < bins.Length; bin++)
        {
            if (bins[bin].Rest is not 0)
            {
                var smoothed = rule.Scale.Hessian(bins[bin]) + rule.Limits.CategorySmoothing;
                ratios[seen] = smoothed > 0 ? rule.Scale.Gradient(bins[bin]) / smoothed : 0;
                order[seen++] = (byte)bin;
            }
        }

        ratios = ratios[..seen];
        order = order[..seen];
        SortStably(ratios, order);
        var (parent, gain) = SplitSearch.Hurdle(whole, bounds, rule);
        var (best, bestLeft, left) = (0, default(FixedSum), default(FixedSum));
        for (var taken = 1; taken < seen; taken++)
        {
            left += bins[order[taken - 1]];
            var right = whole - left;
            if (!rule.Allows(left) || !rule.Allows(right))
            {
                continue;
            }

            var found = (rule.Limits.Monotone is null
                ? rule.Score(left) + rule.Score(right)
                : rule.Score(left, rule.Value(left, bounds)) + rule.Score(right, rule.Value(right, bounds))) - parent;
            if (found > gain)
            {
                (best, bestLeft, gain) = (taken, left, found);
            }
        }

        if (best is 0)
        {
            return default;
        }

        var categories = new CategorySet(order[..best]);
        return new Split(gain, number, 0, column.HasMissing && categories.Contains(column.Count), bestLeft, categories);
    }

    /// <summary>Ascending by key, equal keys in the order they stand in.</summary>
    public static void SortStably(Span<double> keys, Span<byte> items)
    {
        for (var i = 1; i < keys.Length; i++)
        {
            var (key, item, place) = (keys[i], items[i], i);
            while (place > 0 && keys[place - 1] > key)
            {
                (keys[place], items[place]) = (keys[place - 1], items[place - 1]);
                place--;
            }

            (keys[place], items[place]) = (key, item);
        }
    }
}
