namespace Mlops.Learning;

/// <summary>A leaf of a tree that is being grown.</summary>
internal sealed class GrowingLeaf
{
    /// <summary>The index of its node in the tree.</summary>
    public int Node { get; init; }

    /// <summary>Where its rows begin in <see cref="LeafRows"/>.</summary>
    public int Start { get; init; }

    public int Length { get; init; }

    /// <summary>How many splits lie above it.</summary>
    public int Depth { get; init; }

    public FixedSum Sum { get; set; }

    public ValueBounds Bounds { get; init; }

    /// <summary>Which columns may divide it; null for all.</summary>
    public bool[]? Columns { get; set; }

    /// <summary>Of its rows, while it may be divided and there is room for as many.</summary>
    public Histogram? Histogram { get; set; }

    public Split Best { get; set; }
}
