namespace Mlops.Learning;

/// <summary>How far a tree may grow, and what its leaves are worth.</summary>
/// <param name="MaxLeaves">At least 2.</param>
/// <param name="MaxDepth">The most splits from the root to a leaf.</param>
/// <param name="MinRows">The fewest rows in a leaf.</param>
/// <param name="L2">The penalty on squared leaf values.</param>
internal sealed record GrowthLimits(int MaxLeaves, int MaxDepth, int MinRows, double L2)
{
    /// <summary>The penalty on the magnitude of leaf values.</summary>
    public double L1 { get; init; }

    /// <summary>The least sum of second derivatives in a leaf: one whose loss is all but flat has no say in where to step.</summary>
    public double MinHessian { get; init; } = 1e-3;

    /// <summary>The least by which a split must lower the loss, to second order.</summary>
    public double MinGain { get; init; }

    /// <summary>Added to the second derivative of a category when categories are ordered.</summary>
    public double CategorySmoothing { get; init; } = 10;

    /// <summary>The share of columns that each node may choose from.</summary>
    public double ColumnsByNode { get; init; } = 1;

    /// <summary>By column: 1 where the score may only rise, −1 where it may only fall; null where nothing is asked of any.</summary>
    public sbyte[]? Monotone { get; init; }
}

/// <summary>Between which values the leaves below a node must stay, so that a column's direction holds.</summary>
internal readonly record struct ValueBounds(double Low, double High)
{
    public static ValueBounds None { get; } = new(double.NegativeInfinity, double.PositiveInfinity);

    public double Clip(double value) => Math.Min(High, Math.Max(Low, value));
}
