using System.Runtime.CompilerServices;

namespace Mlops.Learning;

/// <summary>A way of dividing the rows of a node.</summary>
/// <param name="Gain">By how much it lowers the loss, to second order, times two; 0 if there is no way.</param>
/// <param name="Bin">The last bin that goes left, of a number.</param>
/// <param name="MissingLeft">Whether rows without a value go left.</param>
/// <param name="Left">The sums of what goes left.</param>
/// <param name="Categories">The bins that go left, of a category; else null.</param>
internal readonly record struct Split(double Gain, int Column, int Bin, bool MissingLeft, FixedSum Left, CategorySet? Categories = null);

/// <summary>Finds the best split of a node by one column.</summary>
internal static class SplitSearch
{
    // Differences below this share of the node's own score are rounding.
    private const double Rounding = 1e-12;

    /// <summary>The first of the splits with the greatest gain; missing rows are tried on the right first.</summary>
    /// <param name="bins">The column's histogram over the rows of the node.</param>
    /// <param name="whole">The sums over the rows of the node.</param>
    /// <param name="bounds">Those of the node's leaves.</param>
    public static Split Best(
        ReadOnlySpan<FixedSum> bins, FeatureBins column, int number, FixedSum whole, ValueBounds bounds, in LeafRule rule)
    {
        var split = column.IsCategorical
            ? CategorySearch.Best(bins[..column.Width], column, number, whole, bounds, rule)
            : BestThreshold(bins, column, number, whole, bounds, rule);
        var (left, all) = (rule.Scale.Count(split.Left), rule.Scale.Count(whole));

        // Nothing missing here, but there may be later: then the larger side is the safer guess.
        return left > 0 && !(column.HasMissing && rule.Scale.Count(bins[column.Count]) > 0)
            ? split with { MissingLeft = left > all - left }
            : split;
    }

    /// <summary>What a split must gain to count for one, and what the node scores as it is.</summary>
    public static (double Parent, double Least) Hurdle(FixedSum whole, ValueBounds bounds, in LeafRule rule)
    {
        var parent = rule.Limits.Monotone is null ? rule.Score(whole) : rule.Score(whole, rule.Value(whole, bounds));
        return (parent, (Rounding * Math.Abs(parent)) + (2 * rule.Limits.MinGain));
    }

    private static Split BestThreshold(
        ReadOnlySpan<FixedSum> bins, FeatureBins column, int number, FixedSum whole, ValueBounds bounds, in LeafRule rule)
    {
        var (parent, least) = Hurdle(whole, bounds, rule);
        var best = new Split(least, number, 0, false, default);
        var missing = column.HasMissing ? bins[column.Count] : default;
        var hasMissing = rule.Scale.Count(missing) > 0;
        var values = bins[..column.Count];

        // With missing rows on the right, "all that have a value" is a split too.
        var first = hasMissing ? values : values[..^1];
        if (rule.Limits.Monotone is { } directions)
        {
            best = ScanBounded(first, default, whole, (parent, directions[number], bounds), rule, best);
            best = hasMissing ? ScanBounded(values[..^1], missing, whole, (parent, directions[number], bounds), rule, best) : best;
        }
        else
        {
            best = Scan(first, default, whole, parent, rule, best);
            best = hasMissing ? Scan(values[..^1], missing, whole, parent, rule, best) : best;
        }

        return rule.Scale.Count(best.Left) > 0 ? best : default;
    }

    /// <remarks>Gains are compared as fractions, by cross-multiplication: a division per bin would take most of the time.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static Split Scan(
        ReadOnlySpan<FixedSum> bins, FixedSum left, FixedSum whole, double parent, in LeafRule rule, Split best)
    {
        var (scale, limits) = (rule.Scale, rule.Limits);
        var (minRows, minHessian, l1, l2) = (limits.MinRows, limits.MinHessian, limits.L1, limits.L2);
        var (bestAbove, bestBelow, bestBin, bestLeft) = (parent + best.Gain, 1.0, -1, left);
        var missingLeft = scale.Count(left) > 0;
        var rows = scale.Count(whole);
        for (var bin = 0; bin < bins.Length; bin++)
        {
            // In a small node most bins are empty, and change nothing.
            if (bins[bin].Rest is 0)
            {
                continue;
            }

            left += bins[bin];
            var count = scale.Count(left);
            if (count < minRows)
            {
                continue;
            }

            if (rows - count < minRows)
            {
                break;
            }

            var right = whole - left;
            var (leftHessian, rightHessian) = (scale.Hessian(left), scale.Hessian(right));
            if (!(rightHessian >= minHessian))
            {
                break;
            }

            if (!(leftHessian >= minHessian))
            {
                continue;
            }

            var (leftGradient, rightGradient) = (scale.Gradient(left), scale.Gradient(right));
            if (l1 is not 0)
            {
                (leftGradient, rightGradient) = (rule.Shrunk(leftGradient), rule.Shrunk(rightGradient));
            }

            leftHessian += l2;
            rightHessian += l2;
            var above = (leftGradient * leftGradient * rightHessian) + (rightGradient * rightGradient * leftHessian);
            var below = leftHessian * rightHessian;
            if (above * bestBelow > bestAbove * below)
            {
                (bestAbove, bestBelow, bestBin, bestLeft) = (above, below, bin, left);
            }
        }

        return bestBin < 0 ? best : new Split((bestAbove / bestBelow) - parent, best.Column, bestBin, missingLeft, bestLeft);
    }

    /// <remarks>
    /// The "basic" method of LightGBM, also scikit-learn's: a split whose sides would stand in the wrong order is none, and below
    /// a split by such a column each side keeps to its half of what lies between the two values.
    /// </remarks>
    private static Split ScanBounded(
        ReadOnlySpan<FixedSum> bins,
        FixedSum left,
        FixedSum whole,
        (double Parent, sbyte Direction, ValueBounds Bounds) node,
        in LeafRule rule,
        Split best)
    {
        var missingLeft = rule.Scale.Count(left) > 0;
        for (var bin = 0; bin < bins.Length; bin++)
        {
            left += bins[bin];
            var right = whole - left;
            if (bins[bin].Rest is 0 || !rule.Allows(left) || !rule.Allows(right))
            {
                continue;
            }

            var (leftValue, rightValue) = (rule.Value(left, node.Bounds), rule.Value(right, node.Bounds));
            var gain = rule.Score(left, leftValue) + rule.Score(right, rightValue) - node.Parent;
            if (gain > best.Gain && node.Direction * (rightValue - leftValue) >= 0)
            {
                best = new Split(gain, best.Column, bin, missingLeft, left);
            }
        }

        return best;
    }
}
