namespace Mlops.Learning;

/// <summary>A leaf of a tree that is being grown. The next tree uses it again.</summary>
internal sealed class GrowingLeaf
{
    /// <summary>The index of its node in the tree.</summary>
    public int Node { get; private set; }

    /// <summary>Where its rows begin in <see cref="LeafRows"/>.</summary>
    public int Start { get; private set; }

    public int Length { get; private set; }

    /// <summary>How many splits lie above it.</summary>
    public int Depth { get; private set; }

    public FixedSum Sum { get; set; }

    public ValueBounds Bounds { get; private set; }

    /// <summary>Which columns may divide it; null for all.</summary>
    public bool[]? Columns { get; set; }

    /// <summary>Of its rows, while it may be divided and there is room for as many.</summary>
    public Histogram? Histogram { get; set; }

    public Split Best { get; set; }

    public void Begin(int node, int start, int length, int depth, FixedSum sum, ValueBounds bounds)
    {
        (Node, Start, Length, Depth, Sum, Bounds) = (node, start, length, depth, sum, bounds);
        (Columns, Histogram, Best) = (null, null, default);
    }
}
