namespace Mlops.Learning;

/// <summary>How far a tree may grow.</summary>
/// <param name="MaxLeaves">At least 2.</param>
/// <param name="MaxDepth">The most splits from the root to a leaf.</param>
/// <param name="MinRows">The fewest rows in a leaf.</param>
/// <param name="L2">The penalty on squared leaf values.</param>
internal sealed record GrowthLimits(int MaxLeaves, int MaxDepth, int MinRows, double L2);

/// <summary>A way of dividing the rows of a node.</summary>
/// <param name="Gain">By how much it lowers the loss, to second order, times two; 0 if there is no way.</param>
/// <param name="Bin">The last bin that goes left.</param>
/// <param name="MissingLeft">Whether rows without a value go left.</param>
/// <param name="Left">The sums of what goes left.</param>
internal readonly record struct Split(double Gain, int Column, int Bin, bool MissingLeft, GradientSum Left);

/// <summary>Finds the best split of a node by one column.</summary>
internal static class SplitSearch
{
    // A leaf whose log loss is all but flat has no say in where to step.
    private const double MinHessian = 1e-3;

    // Differences below this share of the node's own score are rounding.
    private const double Rounding = 1e-12;

    /// <summary>The first of the splits with the greatest gain; missing rows are tried on the right first.</summary>
    /// <param name="bins">The column's histogram over the rows of the node.</param>
    /// <param name="whole">The sums over the rows of the node.</param>
    public static Split Best(ReadOnlySpan<GradientSum> bins, FeatureBins column, int number, GradientSum whole, GrowthLimits limits)
    {
        var best = new Split(Rounding * whole.Score(limits.L2), number, 0, false, default);
        var missing = column.HasMissing ? bins[column.Count] : default;
        var values = bins[..column.Count];
        if (missing.Count is 0)
        {
            var found = Scan(values[..^1], default, whole, limits, best);

            // Nothing missing here, but there may be later: then the larger side is the safer guess.
            best = found with { MissingLeft = found.Left.Count > whole.Count - found.Left.Count };
        }
        else
        {
            // With missing rows on the right, "all that have a value" is a split too.
            best = Scan(values, default, whole, limits, best);
            best = Scan(values[..^1], missing, whole, limits, best);
        }

        return best.Left.Count > 0 ? best : default;
    }

    private static Split Scan(
        ReadOnlySpan<GradientSum> bins, GradientSum left, GradientSum whole, GrowthLimits limits, Split best)
    {
        var missingLeft = left.Count > 0;
        var parent = whole.Score(limits.L2);
        for (var bin = 0; bin < bins.Length; bin++)
        {
            left += bins[bin];
            var right = whole - left;
            if (right.Count < limits.MinRows || right.Hessian < MinHessian)
            {
                break;
            }

            if (left.Count < limits.MinRows || left.Hessian < MinHessian)
            {
                continue;
            }

            var gain = left.Score(limits.L2) + right.Score(limits.L2) - parent;
            if (gain > best.Gain)
            {
                best = new Split(gain, best.Column, bin, missingLeft, left);
            }
        }

        return best;
    }
}
