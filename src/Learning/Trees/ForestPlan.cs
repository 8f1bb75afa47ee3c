namespace Mlops.Learning;

/// <summary>How the trees of a forest are grown.</summary>
/// <param name="Trees">How many.</param>
/// <param name="MaxDepth">The most splits from the root to a leaf.</param>
/// <param name="MinRows">The fewest different rows in a leaf.</param>
/// <param name="ColumnsByNode">How many columns each node looks at before it settles for what it has found.</param>
/// <param name="RowSample">How many rows are drawn for each tree, with replacement, as a share of all; 0 to use each row once.</param>
/// <param name="RandomThresholds">Whether each column looked at is cut at one place drawn at random, not at the best.</param>
internal sealed record ForestPlan(int Trees, int MaxDepth, int MinRows, int ColumnsByNode, double RowSample, bool RandomThresholds);
